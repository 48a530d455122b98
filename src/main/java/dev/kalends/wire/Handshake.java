package dev.kalends.wire;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// What comes before the first statement: TLS, the client's parameters, the login; or a word that
/// cancels what another connection does.
final class Handshake {
    private static final int PROTOCOL = 3;
    private static final int CANCEL = 80877102;
    private static final int SSL = 80877103;
    private static final int GSS = 80877104;

    /// As in PostgreSQL.
    private static final int STARTUP_BYTES_MAX = 10_000;

    private static final int PASSWORD_BYTES_MAX = 65_535;
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private final Socket socket;
    private final WireSettings settings;
    private final Admission admission;
    private final Connection connection;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final List<String> unknownOptions = new ArrayList<>();
    private int minor;
    private boolean encrypted;

    /// What goes over the socket from now on.
    record Streams(InputStream in, OutputStream out) {}

    Handshake(Socket socket, WireSettings settings, Admission admission, Connection connection) {
        this.socket = socket;
        this.settings = settings;
        this.admission = admission;
        this.connection = connection;
    }

    /// Reads up to the client's parameters.
    ///
    /// @return null if that was all the client wanted
    @Nullable Streams secure() throws IOException {
        socket.setSoTimeout((int) settings.limits().handshake().toMillis());
        // Not buffered: what comes in the clear behind a request for TLS would count as encrypted.
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        // One request each for GSS and TLS, then the parameters.
        for (int i = 0; i < 3; i++) {
            Message message = Message.first(in, STARTUP_BYTES_MAX);
            int code = message.int32();
            if (code == CANCEL) {
                admission.cancel(message.int32(), message.int32());
                return null;
            } else if (code == GSS) {
                out.write('N');
                out.flush();
            } else if (code == SSL && settings.tls() != null && !encrypted) {
                out.write('S');
                out.flush();
                SSLSocket tls = encrypted(settings.tls());
                in = tls.getInputStream();
                out = tls.getOutputStream();
                encrypted = true;
            } else if (code == SSL) {
                out.write('N');
                out.flush();
            } else if (code >> 16 == PROTOCOL) {
                minor = code & 0xffff;
                read(message);
                return new Streams(new BufferedInputStream(in), out);
            } else {
                throw WireException.fatal(
                        WireException.FEATURE_NOT_SUPPORTED,
                        "unsupported frontend protocol %d.%d".formatted(code >> 16, code & 0xffff));
            }
        }
        return null;
    }

    /// Whether TLS has begun.
    boolean encrypted() {
        return encrypted;
    }

    private SSLSocket encrypted(SSLContext context) throws IOException {
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, /* consumed= */ null, /* autoClose= */ true);
        tls.setUseClientMode(false);
        tls.startHandshake();
        return tls;
    }

    private void read(Message message) {
        while (message.remaining() > 1) {
            String name = message.text();
            String value = message.text();
            if (name.startsWith("_pq_.")) {
                unknownOptions.add(name);
            } else {
                parameters.put(name, value);
            }
        }
    }

    /// Lets the client in, or tells it why not.
    ///
    /// @throws WireException if it may not come in
    void logIn(InputStream in, Answers answers) throws IOException {
        if (minor > 0 || !unknownOptions.isEmpty()) {
            answers.begin('v').int32(PROTOCOL << 16).int32(unknownOptions.size());
            unknownOptions.forEach(answers::text);
            answers.end();
        }
        if (settings.tls() != null && !encrypted) {
            throw WireException.fatal(
                    WireException.INVALID_AUTHORIZATION, "this server wants TLS: sslmode=require");
        }
        try {
            parameters.forEach(Parameters::check);
        } catch (WireException e) {
            throw new WireException(e.sqlState(), e.text(), null, WireException.Severity.FATAL, e);
        }
        String user = parameters.getOrDefault("user", "");
        authenticate(user, in, answers);
        Admission.Session session = admission.letIn(connection);
        if (session == null) {
            throw WireException.fatal(
                    WireException.TOO_MANY_CONNECTIONS,
                    "sorry, too many clients already: %d are allowed"
                            .formatted(settings.connectionsMax()));
        }
        answers.begin('R').int32(0).end();
        for (List<String> each : Parameters.TOLD) {
            answers.parameter(each.get(0), each.get(1));
        }
        answers.parameter("session_authorization", user);
        answers.parameter("application_name", parameters.getOrDefault("application_name", ""));
        answers.begin('K').int32(session.number()).int32(session.secret()).end();
    }

    private void authenticate(String user, InputStream in, Answers answers) throws IOException {
        Scram scram = new Scram(admission.verifier(user, settings.user()));
        answers.begin('R').int32(SASL).text(Scram.MECHANISM).int8(0).end();
        answers.flush();
        Message first = password(in);
        if (!first.text().equals(Scram.MECHANISM)) {
            throw WireException.fatal(
                    WireException.PROTOCOL_VIOLATION, "this server offers SCRAM-SHA-256 alone");
        }
        String challenge = scram.first(first.text(first.int32()));
        answers.begin('R')
                .int32(SASL_CONTINUE)
                .bytes(challenge.getBytes(StandardCharsets.UTF_8))
                .end();
        answers.flush();
        Message last = password(in);
        String proof = scram.last(last.text(last.remaining()));
        if (proof == null) {
            throw WireException.fatal(
                    WireException.INVALID_PASSWORD,
                    "password authentication failed for user \"%s\"".formatted(user));
        }
        answers.begin('R').int32(SASL_FINAL).bytes(proof.getBytes(StandardCharsets.UTF_8)).end();
    }

    private static Message password(InputStream in) throws IOException {
        Message message =
                Objects.requireNonNullElseGet(
                        Message.read(in, PASSWORD_BYTES_MAX),
                        () -> {
                            throw WireException.fatal(
                                    WireException.PROTOCOL_VIOLATION, "no password was sent");
                        });
        if (message.type() != 'p') {
            throw WireException.fatal(
                    WireException.PROTOCOL_VIOLATION,
                    "expected password response, got message type %d"
                            .formatted((int) message.type()));
        }
        return message;
    }
}
