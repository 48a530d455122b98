package dev.kalends.cli;

import picocli.CommandLine.Model.CommandSpec;

/// Tells which Kalends and which Java this is.
final class VersionCommand implements Command {
    /// @param java the version of the Java runtime
    record Version(String version, String java) {}

    @Override
    public CommandSpec spec() {
        return Options.command(
                "version",
                "Shows the versions of Kalends and of the Java runtime.",
                "  kalends version",
                "  kalends version --output json");
    }

    static String kalends() {
        String implementation = VersionCommand.class.getPackage().getImplementationVersion();
        return implementation == null ? "development" : implementation;
    }

    @Override
    public int run(Call call) {
        Version version = new Version(kalends(), Runtime.version().toString());
        if (call.json()) {
            call.print(version);
        } else {
            call.screen().line("kalends %s (Java %s)".formatted(version.version(), version.java()));
        }
        return 0;
    }
}
