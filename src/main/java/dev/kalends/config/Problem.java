package dev.kalends.config;

/// One thing that is wrong with a configuration.
///
/// @param line 1 for the first; 0 if the whole file is meant
/// @param column 1 for the first; 0 if the whole file is meant
/// @param path as in `tables[1].partition.every`; empty if the whole file is meant
/// @param message what is wrong and what is possible; never a value that came from the environment
///   or another file
public record Problem(String file, int line, int column, String path, String message) {
    @Override
    public String toString() {
        String place = line == 0 ? file : file + ":" + line + ":" + column;
        return place + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
