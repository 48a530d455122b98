package dev.kalends.plan;

import dev.kalends.calendar.Window;
import dev.kalends.calendar.Windows;
import dev.kalends.sql.Identifier;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/// The partitions that a scheme gives.
public final class Partitions {
    /// As [Windows#COUNT_MAX].
    private static final int COUNT_MAX = Windows.COUNT_MAX;

    private Partitions() {}

    /// All partitions of a scheme that needs no rows to know them: by hash or by list.
    ///
    /// @param table whose name theirs begin with
    public static List<Partition> of(Scheme scheme, String table) {
        return switch (scheme) {
            case Scheme.Hash hash -> remainders(hash, table);
            case Scheme.Listed listed ->
                    listed.groups().stream()
                            .map(group ->
                                    new Partition(
                                            listed.names().name(table, group.label()),
                                            new Bounds.Values(group.values())))
                            .toList();
            case Scheme.TimeRange _, Scheme.NumberRange _ ->
                    throw new IllegalArgumentException("Ranges follow from rows: " + scheme);
        };
    }

    private static List<Partition> remainders(Scheme.Hash hash, String table) {
        List<Partition> all = new ArrayList<>();
        int digits = Integer.toString(hash.partitions() - 1).length();
        for (int i = 0; i < hash.partitions(); i++) {
            String number = Integer.toString(i);
            String label = "p" + "0".repeat(digits - number.length()) + number;
            all.add(
                    new Partition(
                            hash.names().name(table, label),
                            new Bounds.Remainder(hash.partitions(), i)));
        }
        return all;
    }

    /// The ranges of time that hold both moments and all between.
    ///
    /// @param last inclusive
    /// @throws IllegalArgumentException as [Windows#covering]
    public static List<Partition> covering(
            Scheme.TimeRange scheme, String table, LocalDateTime first, LocalDateTime last) {
        List<Partition> all = new ArrayList<>();
        for (Window window : Windows.covering(scheme.every(), first, last)) {
            all.add(
                    Partition.ofTimes(
                            scheme.names().name(table, scheme.every(), window.from()),
                            window.from(),
                            window.to()));
        }
        return all;
    }

    /// The ranges of numbers that hold both and all between, and some more.
    ///
    /// @param ahead how many follow the one that holds `last`
    /// @throws IllegalArgumentException if there are too many, or a bound is no bigint
    public static List<Partition> covering(
            Scheme.NumberRange scheme, String table, long first, long last, int ahead) {
        long count = Math.floorDiv(last, scheme.every()) - Math.floorDiv(first, scheme.every()) + 1;
        if (count < 1 || count + ahead > COUNT_MAX) {
            throw new IllegalArgumentException(
                    "Cannot cover %d to %d by ranges of %d: that takes %d partitions, %d are allowed; choose a larger size"
                            .formatted(first, last, scheme.every(), count + ahead, COUNT_MAX));
        }
        List<Partition> all = new ArrayList<>();
        try {
            long from = Math.floorDiv(first, scheme.every()) * scheme.every();
            for (long i = 0; i < count + ahead; i++) {
                all.add(
                        number(
                                scheme,
                                table,
                                Math.addExact(from, Math.multiplyExact(i, scheme.every()))));
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot cover %d by ranges of %d: a bound would be no bigint"
                            .formatted(last, scheme.every()),
                    e);
        }
        return all;
    }

    /// The partition that would hold a number.
    public static Partition holding(Scheme.NumberRange scheme, String table, long number) {
        return number(scheme, table, Math.floorDiv(number, scheme.every()) * scheme.every());
    }

    private static Partition number(Scheme.NumberRange scheme, String table, long from) {
        String label = from < 0 ? "minus_" + -from : Long.toString(from);
        return new Partition(
                scheme.names().name(table, label),
                new Bounds.Numbers(from, Math.addExact(from, scheme.every())));
    }

    /// The partition that would hold a time.
    public static Partition holding(Scheme.TimeRange scheme, String table, LocalDateTime at) {
        LocalDateTime from = scheme.every().floor(at);
        return Partition.ofTimes(
                scheme.names().name(table, scheme.every(), from), from, scheme.every().next(from));
    }

    /// The default partition.
    public static Partition rest(Scheme scheme, String table) {
        return new Partition(
                Identifier.of(scheme.names().name(table, "default").value()), new Bounds.Rest());
    }
}
