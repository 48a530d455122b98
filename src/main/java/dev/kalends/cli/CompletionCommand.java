package dev.kalends.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;

/// Prints what a shell needs to complete the commands and options.
final class CompletionCommand implements Command {
    @Override
    public CommandSpec spec() {
        return Options.command(
                "completion",
                "Prints a script that completes commands and options in bash and zsh.",
                "  source <(kalends completion)",
                "  kalends completion > ~/.local/share/bash-completion/completions/kalends");
    }

    @Override
    public int run(Call call) {
        call.screen().line(AutoComplete.bash("kalends", call.root()));
        return 0;
    }
}
