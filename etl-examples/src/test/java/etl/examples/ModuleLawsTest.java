package etl.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom. The minimum counts keep a rule from passing on nothing. */
class ModuleLawsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("etl");

    private static void assertAtLeast(int minimum, String root) {
        assertThat(CLASSES.stream().filter(type -> type.getPackageName().startsWith(root)))
                .as(root)
                .hasSizeGreaterThanOrEqualTo(minimum);
    }

    @Test
    void every_module_is_seen() {
        assertAtLeast(60, "etl.core");
        assertAtLeast(15, "etl.jdbc");
        assertAtLeast(5, "etl.metrics");
        assertAtLeast(20, "etl.schedule");
        assertAtLeast(25, "etl.engines");
        assertAtLeast(20, "etl.examples");
    }

    @Test
    void the_core_knows_slf4j_and_nothing_else() {
        classes()
                .that()
                .resideInAPackage("etl.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("etl.core..", "java..", "org.slf4j..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void the_adapters_do_not_know_each_other() {
        String[] adapters = {"etl.jdbc..", "etl.metrics..", "etl.schedule..", "etl.engines.."};
        for (String adapter : adapters) {
            for (String other : adapters) {
                if (!adapter.equals(other) && !(adapter.equals("etl.engines..") && other.equals("etl.schedule.."))) {
                    noClasses()
                            .that()
                            .resideInAPackage(adapter)
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(other)
                            .check(CLASSES);
                }
            }
        }
    }

    @Test
    void of_the_engines_only_the_command_line_knows_the_scheduler() {
        noClasses()
                .that()
                .resideInAPackage("etl.engines..")
                .and()
                .resideOutsideOfPackage("etl.engines.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("etl.schedule..")
                .check(CLASSES);
    }

    @Test
    void only_the_scheduler_knows_the_parser_of_cron_expressions() {
        noClasses()
                .that()
                .resideOutsideOfPackage("etl.schedule..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.cronutils..")
                .check(CLASSES);
    }

    @Test
    void nothing_knows_the_examples() {
        noClasses()
                .that()
                .resideOutsideOfPackage("etl.examples..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("etl.examples..")
                .check(CLASSES);
    }

    @Test
    void the_engines_do_not_know_each_other() {
        slices().matching("etl.engines.(airflow|prefect|luigi)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void every_package_is_null_marked() {
        assertThat(CLASSES.stream()
                        .map(type -> type.getPackage())
                        .distinct()
                        .filter(type -> type.getName().startsWith("etl."))
                        .filter(type -> !type.tryGetAnnotationOfType("org.jspecify.annotations.NullMarked")
                                .isPresent())
                        .filter(type -> !type.getClasses().isEmpty()))
                .isEmpty();
    }
}
