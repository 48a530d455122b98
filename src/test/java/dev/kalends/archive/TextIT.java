package dev.kalends.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Text and hashes made here against those of real servers.
class TextIT {
    private static final int MANY = 200_000;

    @ServerTest
    void hashesTextAsTheServerDoes(TestDatabase database) throws SQLException {
        Random random = new Random(1);
        List<String> texts = new ArrayList<>();
        for (int length = 0; length < 200; length++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.append((char) (i % 3 == 0 ? 'ä' : 1 + random.nextInt(126)));
            }
            texts.add(text.toString());
        }
        List<Long> here =
                texts.stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .map(bytes -> RowHash.of(bytes, bytes.length))
                        .toList();

        assertThat(here)
                .isEqualTo(
                        asked(
                                database,
                                "SELECT hashtextextended(t, 0) FROM unnest(?) WITH ORDINALITY AS u(t, n) ORDER BY n",
                                "text",
                                texts.toArray(),
                                ResultSetReader.LONG));
    }

    @ServerTest
    void printsDoublesAsTheServerDoes(TestDatabase database) throws SQLException {
        Random random = new Random(2);
        List<Double> numbers =
                new ArrayList<>(
                        List.of(
                                0.0,
                                -0.0,
                                1.0,
                                0.1,
                                1e15,
                                1e14,
                                123456789012345.6,
                                1e-4,
                                1e-5,
                                2e23,
                                9007199254740992.0,
                                Double.MIN_VALUE,
                                Double.MIN_NORMAL,
                                Double.MAX_VALUE,
                                4.9e-324,
                                1e22,
                                1e23,
                                Double.NaN,
                                Double.POSITIVE_INFINITY,
                                Double.NEGATIVE_INFINITY));
        for (int i = 0; i < MANY; i++) {
            switch (i % 5) {
                case 0 -> numbers.add(Double.longBitsToDouble(random.nextLong()));
                case 1 -> numbers.add(random.nextInt(2_000_000) / 100.0);
                case 2 -> numbers.add((double) random.nextLong());
                case 3 -> numbers.add(Math.scalb(1.0, random.nextInt(2000) - 1000));
                default ->
                        numbers.add(
                                (1 + random.nextInt(9)) * Math.pow(10, random.nextInt(600) - 300));
            }
        }

        assertThat(numbers.stream().map(FloatText::of).toList())
                .isEqualTo(
                        asked(
                                database,
                                "SELECT t::text FROM unnest(?) WITH ORDINALITY AS u(t, n) ORDER BY n",
                                "float8",
                                numbers.toArray(),
                                ResultSetReader.TEXT));
    }

    @ServerTest
    void printsRealsAsTheServerDoes(TestDatabase database) throws SQLException {
        Random random = new Random(3);
        List<Float> numbers =
                new ArrayList<>(
                        List.of(
                                0f,
                                -0f,
                                1e6f,
                                1e5f,
                                999999f,
                                16777216f,
                                8388609f,
                                Float.MIN_VALUE,
                                Float.MIN_NORMAL,
                                Float.MAX_VALUE,
                                Float.NaN,
                                Float.POSITIVE_INFINITY,
                                Float.NEGATIVE_INFINITY));
        for (int i = 0; i < MANY; i++) {
            switch (i % 4) {
                case 0 -> numbers.add(Float.intBitsToFloat(random.nextInt()));
                case 1 -> numbers.add(random.nextInt(200_000) / 100f);
                case 2 -> numbers.add((float) random.nextLong());
                default -> numbers.add(Math.scalb(1f, random.nextInt(270) - 140));
            }
        }

        assertThat(numbers.stream().map(FloatText::of).toList())
                .isEqualTo(
                        asked(
                                database,
                                "SELECT t::text FROM unnest(?) WITH ORDINALITY AS u(t, n) ORDER BY n",
                                "float4",
                                numbers.toArray(),
                                ResultSetReader.TEXT));
    }

    private interface ResultSetReader<T> {
        ResultSetReader<Long> LONG = result -> result.getLong(1);
        ResultSetReader<String> TEXT = result -> result.getString(1);

        T read(ResultSet result) throws SQLException;
    }

    private static <T> List<T> asked(
            TestDatabase database,
            String query,
            String type,
            Object[] values,
            ResultSetReader<T> reader)
            throws SQLException {
        List<T> answers = new ArrayList<>();
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setArray(1, connection.createArrayOf(type, values));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    answers.add(reader.read(result));
                }
            }
        }
        return answers;
    }
}
