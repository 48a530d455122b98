package dev.kalends;

import dev.kalends.cli.Cli;
import dev.kalends.cli.Console;

/// Starts the command line.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(Cli.run(Console.ofSystem(), arguments));
    }
}
