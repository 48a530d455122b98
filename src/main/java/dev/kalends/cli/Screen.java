package dev.kalends.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Text for people, in colours where they help.
final class Screen {
    /// Text that a table shows to the right.
    private static final String NUMERIC = "[-+]?[\\d,.:]+( [a-zA-Z%/]{1,7})*( \\d+ [a-z]+)?|—";

    private final PrintStream out;
    private final Colours colours;

    enum Colours {
        ON,
        OFF
    }

    Screen(PrintStream out, Colours colours) {
        this.out = out;
        this.colours = colours;
    }

    /// The same colours on another stream.
    Screen on(PrintStream other) {
        return new Screen(other, colours);
    }

    void line(String text) {
        out.println(text);
    }

    void blank() {
        out.println();
    }

    void heading(String text) {
        out.println(bold(text));
    }

    void indented(String text) {
        text.lines().forEach(each -> out.println("  " + each));
    }

    /// Columns of equal width; those that hold only numbers stand to the right.
    void table(List<String> header, List<List<String>> rows) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            int at = i;
            boolean numeric =
                    !rows.isEmpty() && rows.stream().allMatch(row -> row.get(at).matches(NUMERIC));
            HorizontalAlign align = numeric ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT;
            columns.add(
                    new Column()
                            .header(header.get(i))
                            .headerAlign(align)
                            .dataAlign(align)
                            .maxWidth(200));
        }
        String[][] data =
                rows.stream().map(row -> row.toArray(new String[0])).toArray(String[][]::new);
        String text =
                AsciiTable.getTable(AsciiTable.NO_BORDERS, columns.toArray(new Column[0]), data);
        List<String> lines = text.lines().map(String::stripTrailing).toList();
        int first = lines.stream().mapToInt(Screen::indent).min().orElse(0);
        for (int i = 0; i < lines.size(); i++) {
            String line = "  " + lines.get(i).substring(Math.min(first, lines.get(i).length()));
            out.println(i == 0 ? dim(line) : line);
        }
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }

    String bold(String text) {
        return coloured("1", text);
    }

    String dim(String text) {
        return coloured("2", text);
    }

    String green(String text) {
        return coloured("32", text);
    }

    String red(String text) {
        return coloured("31", text);
    }

    private String coloured(String code, String text) {
        return colours == Colours.ON ? "\033[" + code + "m" + text + "\033[0m" : text;
    }

    /// "1,234,567"
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
