package etl.jdbc;

import etl.core.Arguments;
import etl.core.Etl;
import etl.core.Parameter;
import etl.core.Pipeline;
import etl.core.PipelineBuilder;
import etl.core.RunReport;
import etl.core.TaskRef;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A process in which small and capital letters, digits and hours are not what they are elsewhere; it prints its run. */
final class ForeignProcess {
    /** Differ in letters that Turkish changes. */
    enum Kind {
        INITIAL,
        final_
    }

    /** What depends on a locale or a time zone where somebody is careless. */
    record Invoice(Kind kind, BigDecimal amount, LocalDate day, LocalDateTime at, Instant noted, double ratio) {}

    static final Invoice INVOICE = new Invoice(
            Kind.INITIAL,
            new BigDecimal("1234567.89"),
            LocalDate.of(2000, 2, 29),
            LocalDateTime.of(2001, 3, 25, 2, 30),
            Instant.parse("2001-01-01T12:00:00.123456Z"),
            0.1);

    final AtomicInteger executions = new AtomicInteger();
    final Parameter<Kind> kind;
    final Parameter<BigDecimal> amount;
    final TaskRef<String> last;
    final Pipeline pipeline;

    ForeignProcess(JdbcStateStore store, boolean fails) {
        RawData raw = RawData.in(store);
        PipelineBuilder builder = Pipeline.named("INVOICES_i");
        kind = builder.parameter("KIND_I", Kind.class).required();
        amount = builder.parameter("amount", BigDecimal.class).required();
        TaskRef<Invoice> invoice = builder.task("IMPORT_I", Invoice.class).run(context -> {
            executions.incrementAndGet();
            raw.land(context, "INVOICES", Stream.of("I\u0131\u0130i"));
            return INVOICE;
        });
        last = builder.task("load", String.class).from(invoice).run((context, read) -> {
            if (fails) {
                throw new IllegalStateException("\u0131I");
            }
            return context.get(kind) + " " + context.get(amount) + " " + read;
        });
        pipeline = builder.build();
    }

    public static void main(String... arguments) {
        JdbcStateStore store = JdbcStateStore.open(arguments[0]);
        ForeignProcess process = new ForeignProcess(store, true);
        try (Etl etl = Etl.builder().store(store).build()) {
            RunReport run = etl.run(
                    process.pipeline,
                    Arguments.of(process.kind, Kind.final_).and(process.amount, new BigDecimal("0.5")));
            System.out.println(run.id());
        }
    }
}
