package dev.kalends.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Kalends, as a program of its own with a small heap.
final class ConversionWay {
    /// The JVM's start, the plan and the journal.
    static final String START = "START";

    static final String SWITCH = "SWITCH";

    private static final String HEAP_MAX = "-Xmx256m";

    private ConversionWay() {}

    record Converted(List<Measured> phases, Outcome.Client client) {}

    static Converted convert(String url, List<String> clusterBy, Meter meter)
            throws IOException, SQLException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(HEAP_MAX, "-cp", System.getProperty("java.class.path")));
        command.addAll(
                List.of(
                        ConvertingProgram.class.getName(),
                        url,
                        "public.ConversationMessage",
                        "createdAt"));
        command.addAll(clusterBy);
        Meter.Reading last = meter.read();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<Measured> phases = new ArrayList<>();
        Map<String, String> told = new HashMap<>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String word = line.substring(0, line.indexOf(' '));
                String value = line.substring(line.indexOf(' ') + 1);
                String phase =
                        switch (word) {
                            case "started" -> phases.isEmpty() ? START : "";
                            case "ended" -> value;
                            case "switched" -> SWITCH;
                            default -> "";
                        };
                if (!phase.isEmpty()) {
                    Meter.Reading now = meter.read();
                    phases.add(now.since(phase, last));
                    last = now;
                }
                told.put(word, value);
            }
        } finally {
            process.destroy();
        }
        if (process.waitFor() != 0) {
            throw new IOException("The conversion failed with exit code " + process.exitValue());
        }
        String[] switched = told(told, "switched").split(" ", -1);
        return new Converted(
                phases,
                new Outcome.Client(
                        Long.parseLong(told(told, "heap")),
                        Long.parseLong(told(told, "resident")),
                        Long.parseLong(told(told, "cpu")) / 1e9,
                        Integer.parseInt(switched[0]),
                        Long.parseLong(switched[1]) / 1e6));
    }

    private static String told(Map<String, String> told, String word) throws IOException {
        String value = told.get(word);
        if (value == null) {
            throw new IOException("The conversion did not tell \"" + word + "\"");
        }
        return value;
    }
}
