package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.json.JsonMapper;

class ConfigSchemaTest {
    private static final Path FILE = Path.of("docs", ConfigSchema.FILE);
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(ConfigSchema.json(), InputFormat.JSON);

    /// When it is not, write what `kalends init --schema` prints into the file.
    @Test
    void isTheFileAmongTheDocuments() throws IOException {
        assertThat(Files.readString(FILE)).isEqualTo(ConfigSchema.json());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void takesEveryExampleOfTheDocuments(String yaml) {
        assertThat(problems(yaml)).isEmpty();
    }

    static Stream<String> examples() throws IOException {
        Stream.Builder<String> examples = Stream.builder();
        examples.add(Files.readString(Path.of("docs/examples/messaging.yaml")));
        String page = Files.readString(Path.of("docs/configuration.md"));
        for (int at = page.indexOf("```yaml\n"); at >= 0; at = page.indexOf("```yaml\n", at)) {
            at += "```yaml\n".length();
            examples.add(page.substring(at, page.indexOf("```", at)));
        }
        return examples.build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{databse: x}",
                "{copy: {sessions: 17}}",
                "{copy: {sessions: two}}",
                "{cleanup: {grace: 24}}",
                "{tables: [{table: E}]}",
                "{tables: [{table: E, partition: {key: at}}]}",
                "{tables: [{table: E, partition: {key: at, every: fortnight}}]}",
                "{tables: [{table: E, partition: {by: hash, key: at}}]}",
                "{tables: [{table: E, partition: {by: list, key: at, values: {a: []}}}]}",
                "{tables: [{table: E, partition: {key: at, every: day}, unique: {id: gard}}]}",
                "{tables: [{table: E, partition: {key: at, every: day}, lifecycle: {retain: 24}}]}",
                "{schedule: {create: '@daily'}}",
                "{schedule: {create: 10}}",
                "{smoke: [{sql: a, command: b}]}",
                "{prices: {live: -1, archive: 0}}",
                "{archive: {store: 'ftp://x'}}"
            })
    void refusesWhatTheReaderRefuses(String yaml) {
        assertThat(problems(yaml)).isNotEmpty();
    }

    @Test
    void takesSubstitutionsWhereAnyValueCanStand() {
        assertThat(
                        problems(
                                "{copy: {sessions: '${env:A}', chunkBytes: '${env:B}'}, tables: [{table: '${env:T}', partition: {by: '${env:C}', key: at, every: '${file:d}', default: '${env:D}'}}]}"))
                .isEmpty();
    }

    private static List<String> problems(String yaml) {
        Object value =
                new Load(LoadSettings.builder().setSchema(new CoreSchema()).build())
                        .loadFromString(yaml);
        return SCHEMA
                .validate(new JsonMapper().writeValueAsString(value), InputFormat.JSON)
                .stream()
                .map(Error::toString)
                .toList();
    }
}
