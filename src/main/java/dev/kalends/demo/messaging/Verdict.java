package dev.kalends.demo.messaging;

import java.util.List;

/// What became of the rows.
///
/// @param rows found in the table
/// @param lost expected and not found
/// @param doubled found more than once; each further row counts
/// @param different found with other values than expected
/// @param unexpected found although deleted, or never written by anybody
/// @param acknowledgedWrites row writes the clients were promised
/// @param samples the first few findings in words
public record Verdict(
        long rows,
        long lost,
        long doubled,
        long different,
        long unexpected,
        long acknowledgedWrites,
        List<String> samples) {
    public boolean clean() {
        return lost == 0 && doubled == 0 && different == 0 && unexpected == 0;
    }
}
