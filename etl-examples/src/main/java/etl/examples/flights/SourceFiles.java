package etl.examples.flights;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import etl.core.NotRetryableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The files of a folder, or, where the folder's name is empty, those that come with the example. Read as streams. */
final class SourceFiles {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String folder;

    SourceFiles(String folder) {
        this.folder = folder;
    }

    private InputStream open(String name) {
        if (folder.isEmpty()) {
            InputStream resource = SourceFiles.class.getResourceAsStream(name);
            if (resource == null) {
                throw new NotRetryableException("the example's own file " + name + " is not on the class path");
            }
            return resource;
        }
        Path file = Path.of(folder).resolve(name).toAbsolutePath();
        if (!Files.isReadable(file)) {
            throw new NotRetryableException("input file " + file
                    + " is missing or cannot be read; put it there, or name another folder with -p data=DIR");
        }
        try {
            return Files.newInputStream(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("input file " + file + " cannot be read", unreadable);
        }
    }

    /** The records of a CSV file with a header, each as its fields by name. */
    Stream<Map<String, String>> csv(String name) {
        CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(open(name));
        Iterator<NamedCsvRecord> records = reader.iterator();
        return stream(new CheckedIterator<>(records, failure -> malformed(name, failure)), reader)
                .map(NamedCsvRecord::getFieldsAsMap);
    }

    /** The objects of a JSON file that holds an array of them. */
    Stream<ObjectNode> json(String name) {
        InputStream input = open(name);
        try {
            JsonParser parser = MAPPER.createParser(input);
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new NotRetryableException("input file " + name + " is malformed: it holds no array");
            }
            parser.clearCurrentToken();
            MappingIterator<ObjectNode> objects =
                    MAPPER.readerFor(ObjectNode.class).readValues(parser);
            return stream(new CheckedIterator<>(objects, failure -> malformed(name, failure)), parser);
        } catch (JacksonException failure) {
            throw malformed(name, failure);
        }
    }

    private static <T> Stream<T> stream(Iterator<T> records, AutoCloseable source) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(records, Spliterator.ORDERED), false)
                .onClose(() -> close(source));
    }

    private static void close(AutoCloseable source) {
        try {
            source.close();
        } catch (Exception notClosed) {
            throw new IllegalStateException("an input file did not close", notClosed);
        }
    }

    private static NotRetryableException malformed(String name, RuntimeException failure) {
        String where = failure instanceof JacksonException json
                ? json.getOriginalMessage() + " at line " + json.getLocation().getLineNr() + ", column "
                        + json.getLocation().getColumnNr()
                : String.valueOf(failure.getMessage());
        return new NotRetryableException(
                "input file " + name + " is malformed: " + where + "; mend the file and resume the run", failure);
    }

    /** An iterator whose parser's exceptions name the file. */
    private record CheckedIterator<T>(
            Iterator<T> records, java.util.function.Function<RuntimeException, NotRetryableException> translation)
            implements Iterator<T> {
        @Override
        public boolean hasNext() {
            try {
                return records.hasNext();
            } catch (JacksonException | CsvParseException | UncheckedIOException failure) {
                throw translation.apply(failure);
            }
        }

        @Override
        public T next() {
            try {
                return records.next();
            } catch (JacksonException | CsvParseException | UncheckedIOException failure) {
                throw translation.apply(failure);
            }
        }
    }
}
