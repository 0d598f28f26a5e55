package etl.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a file or folder holds, as a short text: for {@link Cache#input}. Neither times nor permissions count.
 */
public final class FileFingerprint {
    private static final int BLOCK = 64 * 1024;

    private FileFingerprint() {}

    /**
     * Reads a file, or all files below a folder, and hashes names (below the folder) and contents. Symbolic links are
     * followed.
     *
     * @param path the file or folder
     * @return 64 hexadecimal digits, or {@code absent} if there is nothing of that name
     * @throws IOException if something cannot be read, such as what a broken link points to or a link into a folder above it
     */
    public static String of(Path path) throws IOException {
        if (!Files.exists(path)) {
            return "absent";
        }
        MessageDigest digest = Fingerprint.sha256();
        if (!Files.isDirectory(path)) {
            digest.update(content(path));
            return HexFormat.of().formatHex(digest.digest());
        }
        for (Path file : filesBelow(path)) {
            String name = path.relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            digest.update((name + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8));
            digest.update(content(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(file -> !Files.isDirectory(file)).sorted().toList();
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    private static byte[] content(Path file) throws IOException {
        MessageDigest digest = Fingerprint.sha256();
        byte[] block = new byte[BLOCK];
        try (InputStream bytes = Files.newInputStream(file)) {
            for (int size = bytes.read(block); size >= 0; size = bytes.read(block)) {
                digest.update(block, 0, size);
            }
        }
        return digest.digest();
    }
}
