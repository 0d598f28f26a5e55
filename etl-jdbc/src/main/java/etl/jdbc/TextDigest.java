package etl.jdbc;

import java.io.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of text as it is written, without a copy of it. Each character counts with its 16 bits, so that the halves of
 * surrogate pairs, which no other encoding keeps, are told apart.
 */
final class TextDigest extends Writer {
    private static final int BLOCK = 4_096;

    private final MessageDigest digest;
    private final byte[] block = new byte[2 * BLOCK];

    TextDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Adds a text with its length, so that no two sequences of texts are the same. */
    TextDigest part(String text) {
        int length = text.length();
        write(new char[] {(char) (length >>> 16), (char) length}, 0, 2);
        write(text, 0, length);
        return this;
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        for (int done = 0; done < length; done += BLOCK) {
            int size = Math.min(BLOCK, length - done);
            for (int i = 0; i < size; i++) {
                put(i, characters[offset + done + i]);
            }
            digest.update(block, 0, 2 * size);
        }
    }

    @Override
    public void write(String characters, int offset, int length) {
        for (int done = 0; done < length; done += BLOCK) {
            int size = Math.min(BLOCK, length - done);
            for (int i = 0; i < size; i++) {
                put(i, characters.charAt(offset + done + i));
            }
            digest.update(block, 0, 2 * size);
        }
    }

    private void put(int index, char character) {
        block[2 * index] = (byte) (character >>> 8);
        block[2 * index + 1] = (byte) character;
    }

    /** The hash of everything so far, in hexadecimal; begins anew. */
    String toHex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
