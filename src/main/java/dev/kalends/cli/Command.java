package dev.kalends.cli;

import dev.kalends.config.ConfigException;
import java.io.IOException;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/// One command: how it is written, and what it does.
interface Command {
    CommandSpec spec();

    /// How it can print.
    default Set<Output> outputs() {
        return Output.USUAL;
    }

    /// @return exit code
    int run(Call call) throws ConfigException, IOException, InterruptedException;
}
