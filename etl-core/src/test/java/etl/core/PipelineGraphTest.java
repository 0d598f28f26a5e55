package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PipelineGraphTest {
    private enum Region {
        EU,
        US
    }

    private static Pipeline shop() {
        PipelineBuilder shop =
                Pipeline.named("shop").describedAs("Orders & \"returns\"").parallelism(4);
        Parameter<Integer> limit = shop.parameter("limit", Integer.class)
                .describedAs("rows")
                .atLeast(1)
                .optional(10);
        shop.parameter("password", Secret.class).optional(Secret.env("SHOP_PASSWORD"));
        TaskRef<Region> region = shop.task("region", Region.class).run(ctx -> Region.EU);
        TaskRef<Integer> load = shop.task("load", Integer.class)
                .describedAs("a \"quoted\" \\N <b>title</b>")
                .when(region, Region.EU)
                .retry(RetryPolicy.attempts(3).fixed(Duration.ofSeconds(1)))
                .timeout(Duration.ofMinutes(5))
                .pool("warehouse", 2)
                .run(ctx -> ctx.get(limit));
        shop.task("report", Integer.class)
                .triggerRule(TriggerRule.ALL_SUCCESS)
                .from(load)
                .run((ctx, rows) -> rows);
        shop.task("drop").teardownOf(load).run(ctx -> {});
        shop.task("bye").runsFinally().run(ctx -> {});
        return shop.build();
    }

    private static Pipeline described(String description) {
        PipelineBuilder pipeline = Pipeline.named("p").describedAs(description);
        pipeline.task("t").describedAs(description).run(ctx -> {});
        return pipeline.build();
    }

    @Test
    void mermaid_shows_tasks_options_and_kinds_of_dependencies() {
        assertThat(PipelineGraph.of(shop()).toMermaid()).isEqualTo("""
                        ---
                        title: "shop: Orders & \\"returns\\""
                        ---
                        flowchart LR
                            n0{"region"}
                            n1["load<br/>a #34;quoted#34; #92;N #60;b#62;title#60;#47;b#62;<br/>3 attempts, timeout PT5M, pool warehouse x2"]
                            n2["report"]
                            n3(["drop"])
                            n4(["bye<br/>finally"])
                            n0 -.-> |"EU"| n1
                            n1 --> n2
                            n1 -.-> |"teardown"| n3
                            n2 -.-> n4
                            n3 -.-> n4
                        """);
    }

    @Test
    void dot_shows_the_same() {
        assertThat(PipelineGraph.of(shop()).toDot()).isEqualTo("""
                        digraph "shop" {
                            charset="UTF-8";
                            rankdir=LR;
                            labelloc=t;
                            label="shop: Orders &amp; \\"returns\\"";
                            node [shape=box];
                            n0 [label="region", shape=diamond];
                            n1 [label="load\\na \\"quoted\\" \\\\N <b>title</b>\\n3 attempts, timeout PT5M, pool warehouse x2"];
                            n2 [label="report"];
                            n3 [label="drop", style=rounded];
                            n4 [label="bye\\nfinally", style=rounded];
                            n0 -> n1 [style=dashed, label="EU"];
                            n1 -> n2 [style=solid];
                            n1 -> n3 [style=dashed, label="teardown"];
                            n2 -> n4 [style=dashed];
                            n3 -> n4 [style=dashed];
                        }
                        """);
    }

    private static Pipeline grouped() {
        PipelineBuilder part = Pipeline.named("clean-up").describedAs("tidies <all>");
        Parameter<Integer> size = part.parameter("size", Integer.class).required();
        part.parameter("key", Secret.class).optional(Secret.env("CLEAN_KEY"));
        TaskRef<?> one = part.task("one").run(ctx -> {});
        TaskRef<?> two = part.task("two").group("deep").after(one).run(ctx -> {});
        part.task("three").triggerRule(TriggerRule.ALL_DONE).after(two).run(ctx -> {});
        part.task("bye").runsFinally().run(ctx -> {});
        PipelineBuilder shop = Pipeline.named("shop")
                .schedule(Schedule.manual())
                .onFailure(end -> {})
                .sla(Duration.ofHours(1));
        TaskRef<Integer> load = shop.task("load", Integer.class)
                .group("in")
                .sla(Duration.ofMinutes(5))
                .onSkip(end -> {})
                .run(ctx -> 1);
        Inclusion clean = shop.include("clean", part.build()).with(size, load).group("in");
        shop.task("report").after(clean).run(ctx -> {});
        return shop.build();
    }

    @Test
    void groups_are_frames_and_dependencies_that_follow_from_others_are_left_out() {
        assertThat(PipelineGraph.of(grouped()).toMermaid()).isEqualTo("""
                        ---
                        title: "shop"
                        ---
                        flowchart LR
                            n6["report"]
                            subgraph g0["in"]
                                n0["load<br/>SLA PT5M"]
                                subgraph g1["clean<br/>pipeline clean-up#58; tidies #60;all#62;"]
                                    n1["clean#45;#45;one"]
                                    n3["clean#45;#45;three<br/>all_done"]
                                    n4(["clean#45;#45;bye<br/>finally"])
                                    n5["clean<br/>end"]
                                    subgraph g2["deep"]
                                        n2["clean#45;#45;two"]
                                    end
                                end
                            end
                            n0 -.-> n1
                            n1 -.-> n2
                            n2 -.-> n3
                            n3 -.-> n4
                            n4 -.-> n5
                            n5 -.-> n6
                        """);
        assertThat(PipelineGraph.of(grouped()).toDot()).isEqualTo("""
                        digraph "shop" {
                            charset="UTF-8";
                            rankdir=LR;
                            labelloc=t;
                            label="shop";
                            node [shape=box];
                            n6 [label="report"];
                            subgraph cluster_g0 {
                                label="in";
                                n0 [label="load\\nSLA PT5M"];
                                subgraph cluster_g1 {
                                    label="clean\\npipeline clean-up: tidies <all>";
                                    n1 [label="clean--one"];
                                    n3 [label="clean--three\\nall_done"];
                                    n4 [label="clean--bye\\nfinally", style=rounded];
                                    n5 [label="clean\\nend"];
                                    subgraph cluster_g2 {
                                        label="deep";
                                        n2 [label="clean--two"];
                                    }
                                }
                            }
                            n0 -> n1 [style=dashed];
                            n1 -> n2 [style=dashed];
                            n2 -> n3 [style=dashed];
                            n3 -> n4 [style=dashed];
                            n4 -> n5 [style=dashed];
                            n5 -> n6 [style=dashed];
                        }
                        """);
    }

    @Test
    void json_has_groups_inclusions_and_hooks() {
        assertThat(PipelineGraph.of(grouped()).toJson())
                .contains("\"schedule\":{")
                .contains("\"sla\":\"PT1H\",\"callbacks\":[\"FAILURE\"],\"inclusions\":[{\"path\":\"clean\","
                        + "\"group\":\"in/clean\",\"pipeline\":\"clean-up\",\"description\":\"tidies <all>\","
                        + "\"after\":[\"load\"],\"arguments\":[{\"parameter\":\"size\",\"source\":\"OUTPUT\","
                        + "\"value\":\"load\"},{\"parameter\":\"key\",\"source\":\"VALUE\","
                        + "\"value\":\"env:CLEAN_KEY\"}]}]")
                .contains("\"id\":\"load\",\"group\":\"in\"")
                .contains("\"sla\":\"PT5M\",\"callbacks\":[\"SKIP\"]")
                .contains("\"id\":\"clean--two\",\"group\":\"in/clean/deep\"")
                .contains("\"upstream\":[\"clean--two\",\"load\"],\"gates\":[\"load\"]")
                .contains("\"endOf\":[\"clean--three\"]");
    }

    @Test
    void json_has_everything_declared_and_of_a_secret_its_reference_only() {
        assertThat(PipelineGraph.of(shop()).toJson())
                .startsWith("{\"pipeline\":\"shop\",\"description\":\"Orders & \\\"returns\\\"\",\"fingerprint\":\"")
                .contains("\"parallelism\":4")
                .contains("{\"name\":\"limit\",\"description\":\"rows\",\"type\":\"java.lang.Integer\"")
                .contains("\"required\":false,\"default\":\"10\",\"constraints\":\"at least 1\"}")
                .contains("\"default\":\"env:SHOP_PASSWORD\",\"secret\":true}")
                .contains("{\"id\":\"region\",\"upstream\":[],\"downstream\":[\"load\",\"bye\"],\"inputs\":[]")
                .contains("\"upstream\":[\"region\"],\"downstream\":[\"report\",\"drop\",\"bye\"]")
                .contains("\"choices\":[{\"task\":\"region\",\"values\":[\"EU\"]}]")
                .contains("\"teardownOf\":[\"load\"]")
                .contains("\"runsFinally\":true")
                .contains("\"timeout\":\"PT5M\",\"pool\":\"warehouse\",\"poolSlots\":2")
                .contains("\"maxAttempts\":3,\"retry\":\"3 attempts, ");
    }

    @Test
    void json_is_json() {
        ArgumentFaults faults = ArgumentFaults.none();

        assertThat(JsonText.read(PipelineGraph.of(shop()).toJson(), "JSON", faults))
                .isPresent();
        assertThat(JsonText.read(
                        PipelineGraph.of(described("\"\\\n\u0000\u2028")).toJson(), "JSON", faults))
                .isPresent();
        assertThat(PipelineGraph.of(described("half \ud83d of \ud83d\ude00")).toJson())
                .contains("\"description\":\"half \\ud83d of \ud83d\ude00\"");
    }

    @Test
    void a_description_of_many_lines_is_one_line_and_a_long_one_is_cut() {
        String mermaid =
                PipelineGraph.of(described("one\r\n\ttwo\u2028three\u0000four")).toMermaid();

        assertThat(mermaid).contains("n0[\"t<br/>one two three four\"]").contains("title: \"p: one two three four\"");
        assertThat(PipelineGraph.of(described("x".repeat(81))).toDot()).contains("t\\n" + "x".repeat(80) + "...\"]");
        assertThat(PipelineGraph.of(described("\ud83d\ude00".repeat(80))).toDot())
                .contains("t\\n" + "\ud83d\ude00".repeat(80) + "\"]");
        assertThat(PipelineGraph.of(described("half \ud83d")).toDot()).contains("t\\nhalf \ufffd\"]");
    }

    @Test
    void what_joins_words_is_not_marked_up_and_what_marks_up_is_escaped() {
        PipelineBuilder pipeline = Pipeline.named("p");
        pipeline.task("load_all-orders").run(ctx -> {});
        pipeline.task("__bold__").run(ctx -> {});

        assertThat(PipelineGraph.of(pipeline.build()).toMermaid())
                .contains("n0[\"load_all-orders\"]")
                .contains("n1[\"#95;#95;bold#95;#95;\"]");
    }

    @Test
    void what_mermaid_looks_for_after_its_entities_is_taken_apart() {
        assertThat(PipelineGraph.of(described("C:\\new $$ fa:fa-ban \ufb02\u00b0: 1"))
                        .toMermaid())
                .contains("<br/>C#58;#8203;#92;#8203;new #36;#8203;#36; fa#58;#8203;fa-ban \ufb02#8203;#176;#58; 1\"]");
    }

    @Test
    void a_large_pipeline_is_drawn_in_part_and_says_so() {
        PipelineBuilder large = Pipeline.named("large");
        for (int i = 0; i < 1_000; i++) {
            large.task("t" + i).run(ctx -> {});
        }
        PipelineGraph graph = PipelineGraph.of(large.build());

        assertThat(graph.toMermaid())
                .contains("n299[")
                .doesNotContain("n300[")
                .contains("note>\"only the first 300 of 1000 tasks are drawn#59; the JSON form has all of them\"]");
        assertThat(graph.toDot())
                .contains("n499 [")
                .doesNotContain("n500 [")
                .contains("only the first 500 of 1000 tasks are drawn");
        assertThat(graph.toJson()).contains("\"id\":\"t999\"").doesNotContain("only the first");
    }

    @Test
    void a_pipeline_with_many_dependencies_or_long_texts_stays_within_what_renderers_accept() {
        PipelineBuilder dense = Pipeline.named("dense");
        for (int i = 0; i < 100; i++) {
            String[] before = IntStream.range(0, i).mapToObj(task -> "t" + task).toArray(String[]::new);
            dense.task("t" + i).after(before).run(ctx -> {});
        }
        String edges = PipelineGraph.of(dense.build()).toMermaid();
        PipelineBuilder wordy = Pipeline.named("wordy");
        for (int i = 0; i < 300; i++) {
            wordy.task("_".repeat(190) + i).describedAs("\"".repeat(80)).run(ctx -> {});
        }
        String texts = PipelineGraph.of(wordy.build()).toMermaid();

        assertThat(edges.lines().filter(line -> line.contains(" -.-> ")).count())
                .isBetween(450L, 500L);
        assertThat(edges).contains("only the first 32 of 100 tasks are drawn");
        assertThat(texts.length()).isBetween(30_000, 50_000);
        assertThat(texts).contains("of 300 tasks are drawn");
    }

    @Test
    void a_whole_pipeline_has_no_note() {
        assertThat(PipelineGraph.of(shop()).toMermaid()).doesNotContain("only the first");
    }

    @Test
    void the_tasks_below_a_task_can_be_asked_for() {
        Pipeline shop = shop();

        assertThat(shop.downstream("load")).isEqualTo(List.of("report", "drop", "bye"));
        assertThat(shop.downstream("bye")).isEmpty();
        assertThatThrownBy(() -> shop.downstream("none")).hasMessage("pipeline 'shop' has no task 'none'");
    }
}
