package dev.kalends.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/// While it is open, what the program logs goes to a stream, a line for each event; before and
/// after it goes nowhere. Libraries are heard when something is wrong.
final class DaemonLog implements AutoCloseable {
    private final Logger root;
    private final Logger own;
    private final OutputStreamAppender<ILoggingEvent> appender;

    DaemonLog(PrintStream stream, Layout<ILoggingEvent> lines) {
        root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        own = logger("dev.kalends");
        LoggerContext context = root.getLoggerContext();
        lines.setContext(context);
        lines.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(lines);
        encoder.start();
        appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(new Shared(stream));
        appender.start();
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        own.setLevel(Level.INFO);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @Override
    public void close() {
        own.setLevel(null);
        root.setLevel(Level.OFF);
        root.detachAppender(appender);
        appender.stop();
    }

    /// The stream is the process's, and stays open when the log ends.
    private static final class Shared extends FilterOutputStream {
        Shared(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
