package etl.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileFingerprintTest {
    @TempDir
    Path folder;

    private Path data;

    @BeforeEach
    void write() throws IOException {
        data = Files.createDirectories(folder.resolve("data/below")).getParent();
        Files.writeString(data.resolve("below/a.csv"), "1");
    }

    @Test
    void contents_and_names_count() throws IOException {
        Set<String> seen = new HashSet<>();
        seen.add(FileFingerprint.of(data));

        Files.writeString(data.resolve("below/a.csv"), "2");
        seen.add(FileFingerprint.of(data));
        Files.move(data.resolve("below/a.csv"), data.resolve("below/b.csv"));
        seen.add(FileFingerprint.of(data));
        Files.move(data.resolve("below/b.csv"), data.resolve("b.csv"));
        seen.add(FileFingerprint.of(data));
        Files.writeString(data.resolve("c.csv"), "");
        seen.add(FileFingerprint.of(data));
        seen.add(FileFingerprint.of(data.resolve("b.csv")));
        seen.add(FileFingerprint.of(data.resolve("nothing")));

        assertThat(seen).hasSize(7).contains("absent");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "making symbolic links takes a privilege there")
    void what_a_symbolic_link_points_to_counts() throws IOException {
        Path current = Files.createSymbolicLink(folder.resolve("current"), data);
        Path linked = Files.createSymbolicLink(
                Files.createDirectory(folder.resolve("outer")).resolve("inner"), data);
        String direct = FileFingerprint.of(current);
        String below = FileFingerprint.of(linked.getParent());

        assertThat(direct).isEqualTo(FileFingerprint.of(data));
        Files.writeString(data.resolve("below/a.csv"), "2");
        assertThat(FileFingerprint.of(current)).isNotEqualTo(direct);
        assertThat(FileFingerprint.of(linked.getParent())).isNotEqualTo(below);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "making symbolic links takes a privilege there")
    void links_that_lead_nowhere_or_in_a_circle_are_told() throws IOException {
        Files.createSymbolicLink(data.resolve("circle"), data);

        assertThatThrownBy(() -> FileFingerprint.of(data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("circle");

        Files.delete(data.resolve("circle"));
        Files.createSymbolicLink(data.resolve("broken"), folder.resolve("nothing"));

        assertThatThrownBy(() -> FileFingerprint.of(data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken");
    }
}
