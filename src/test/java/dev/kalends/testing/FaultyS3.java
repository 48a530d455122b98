package dev.kalends.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Stands before an S3 store and does to requests what goes wrong in the world. It passes the
/// host's name on as it came, so that signatures hold; clients take its [#url()] for the store's.
public final class FaultyS3 implements AutoCloseable {
    private static final int HEAD_BYTES_MAX = 64 * 1024;

    /// What is done to a request or its answer.
    public enum Fault {
        /// 403, and the store hears nothing.
        DENIED,
        /// 500, and the store hears nothing.
        BROKEN,
        /// 503 with the wish for fewer requests, and the store hears nothing.
        SLOW_DOWN,
        /// No answer at all, and the store hears nothing.
        SILENT,
        /// The store gets half of the body, then both connections end.
        UPLOAD_CUT,
        /// A byte in the middle of the body arrives as another.
        UPLOAD_CHANGED,
        /// The client gets half of the answer's body, then its connection ends.
        ANSWER_CUT,
        /// A byte in the middle of the answer's body arrives as another.
        ANSWER_CHANGED,
        /// The store does what was asked, and the client never hears of it.
        ANSWER_DROPPED
    }

    private static final class Rule {
        private final Fault fault;
        private final String method;
        private final Pattern target;
        private final AtomicInteger left;

        private Rule(Fault fault, String method, Pattern target, int count) {
            this.fault = fault;
            this.method = method;
            this.target = target;
            this.left = new AtomicInteger(count);
        }

        private boolean takes(Request request) {
            return request.method.equals(method)
                    && target.matcher(request.target).find()
                    && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        }
    }

    private static final class Request {
        private final String method;
        private final String target;
        private final List<String> headers;
        private final byte[] body;

        private Request(String method, String target, List<String> headers, byte[] body) {
            this.method = method;
            this.target = target;
            this.headers = headers;
            this.body = body;
        }

        /// The connection ends with the answer, so that its length need not be known.
        private byte[] head() {
            List<String> lines = new ArrayList<>();
            lines.add("%s %s HTTP/1.1".formatted(method, target));
            for (String header : headers) {
                String name = header.toLowerCase(Locale.ROOT);
                if (!name.startsWith("connection:") && !name.startsWith("expect:")) {
                    lines.add(header);
                }
            }
            lines.add("Connection: close");
            return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final ServerSocket socket;
    private final int storePort;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<Request> seen = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private FaultyS3(ServerSocket socket, int storePort) {
        this.socket = socket;
        this.storePort = storePort;
    }

    public static FaultyS3 before(S3Server store) throws IOException {
        FaultyS3 proxy =
                new FaultyS3(
                        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), store.port());
        Thread.ofPlatform().daemon().start(proxy::accept);
        return proxy;
    }

    public String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    /// The next requests of a method whose path with its query has a match meet a fault.
    ///
    /// @param target a regular expression, found anywhere: `part-1$`, `partNumber=2`, `uploadId=`
    public void next(Fault fault, String method, String target, int count) {
        rules.add(new Rule(fault, method, Pattern.compile(target), count));
    }

    /// From now on everything passes. Forgets what was seen.
    public void heal() {
        rules.clear();
        seen.clear();
    }

    /// How often a request was seen, whether or not it met a fault.
    public long seen(String method, String target) {
        return matching(method, target).count();
    }

    /// The headers of the requests that were seen, as they came.
    public List<String> headers(String method, String target) {
        return matching(method, target).flatMap(each -> each.headers.stream()).toList();
    }

    private Stream<Request> matching(String method, String target) {
        Pattern pattern = Pattern.compile(target);
        return seen.stream()
                .filter(each -> each.method.equals(method) && pattern.matcher(each.target).find());
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                open.add(client);
                Thread.ofPlatform().daemon().start(() -> serve(client));
            }
        } catch (IOException e) {
            // The test is over and has closed the socket.
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket client) {
        try (client) {
            Request request = read(client);
            if (request != null) {
                seen.add(request);
                answer(client, request, fault(request));
            }
        } catch (IOException e) {
            // One of the two has gone; the other learns of it by the end of its connection.
        } finally {
            open.remove(client);
        }
    }

    private @Nullable Fault fault(Request request) {
        return rules.stream()
                .filter(rule -> rule.takes(request))
                .findFirst()
                .map(rule -> rule.fault)
                .orElse(null);
    }

    private static @Nullable Request read(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int value = in.read();
            if (value < 0 || head.size() > HEAD_BYTES_MAX) {
                return null;
            }
            head.write(value);
        }
        List<String> lines =
                List.of(head.toString(StandardCharsets.ISO_8859_1).strip().split("\r\n", -1));
        String[] first = lines.getFirst().split(" ", 3);
        List<String> headers = lines.subList(1, lines.size());
        if (value(headers, "expect") != null) {
            client.getOutputStream()
                    .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        String length = value(headers, "content-length");
        byte[] body = length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        return new Request(first[0], first[1], headers, body);
    }

    private static @Nullable String value(List<String> headers, String name) {
        return headers.stream()
                .filter(each -> each.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(each -> each.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    private void answer(Socket client, Request request, @Nullable Fault fault) throws IOException {
        OutputStream out = client.getOutputStream();
        if (fault == null) {
            out.write(ask(request));
            return;
        }
        switch (fault) {
            case DENIED -> out.write(error(request, "403 Forbidden", "AccessDenied"));
            case BROKEN -> out.write(error(request, "500 Internal Server Error", "InternalError"));
            case SLOW_DOWN -> out.write(error(request, "503 Slow Down", "SlowDown"));
            case SILENT -> {
                // The client gives up.
                int end = client.getInputStream().read();
                if (end >= 0) {
                    throw new IOException("Asked twice on one connection");
                }
            }
            case UPLOAD_CUT -> cut(request);
            case UPLOAD_CHANGED -> {
                request.body[request.body.length / 2] ^= 1;
                out.write(ask(request));
            }
            case ANSWER_CUT -> {
                byte[] answer = ask(request);
                int body = bodyOf(answer);
                out.write(answer, 0, body + (answer.length - body) / 2);
            }
            case ANSWER_CHANGED -> {
                byte[] answer = ask(request);
                int body = bodyOf(answer);
                answer[body + (answer.length - body) / 2] ^= 1;
                out.write(answer);
            }
            case ANSWER_DROPPED -> {
                byte[] answer = ask(request);
                if (answer.length == 0) {
                    throw new IOException("The store gave no answer to drop");
                }
            }
        }
    }

    /// The answer, with its head.
    private byte[] ask(Request request) throws IOException {
        try (Socket store = new Socket(InetAddress.getLoopbackAddress(), storePort)) {
            OutputStream out = store.getOutputStream();
            out.write(request.head());
            out.write(request.body);
            out.flush();
            return store.getInputStream().readAllBytes();
        }
    }

    private void cut(Request request) throws IOException {
        try (Socket store = new Socket(InetAddress.getLoopbackAddress(), storePort)) {
            OutputStream out = store.getOutputStream();
            out.write(request.head());
            out.write(request.body, 0, request.body.length / 2);
            out.flush();
        }
    }

    private static int bodyOf(byte[] answer) {
        return new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
    }

    private static byte[] error(Request request, String status, String code) {
        String body =
                request.method.equals("HEAD")
                        ? ""
                        : "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>Made up by the test.</Message></Error>"
                                .formatted(code);
        return "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, body.length(), body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
