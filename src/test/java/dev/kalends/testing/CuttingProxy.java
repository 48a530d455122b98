package dev.kalends.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands before a server and cuts all connections at once after so many messages of clients: to
/// the server that is the death of the client between two statements, wherever it was.
public final class CuttingProxy implements AutoCloseable {
    private final ServerSocket socket;
    private final int serverPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger left = new AtomicInteger();

    private CuttingProxy(ServerSocket socket, int serverPort) {
        this.socket = socket;
        this.serverPort = serverPort;
    }

    public static CuttingProxy before(int serverPort) throws IOException {
        CuttingProxy proxy =
                new CuttingProxy(
                        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort);
        Thread.ofPlatform().daemon().start(proxy::accept);
        return proxy;
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=postgres&sslmode=disable&gssEncMode=disable"
                .formatted(socket.getLocalPort(), database);
    }

    /// From now on, until the next call, so many messages go through.
    public void cutAfter(int messages) {
        left.set(messages);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                if (left.get() <= 0) {
                    client.close();
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                open.add(client);
                open.add(server);
                Thread.ofPlatform().daemon().start(() -> ask(client, server));
                Thread.ofPlatform().daemon().start(() -> answer(server, client));
            }
        } catch (IOException e) {
            // The test is over and has closed the socket.
            Thread.currentThread().interrupt();
        }
    }

    private void ask(Socket client, Socket server) {
        byte[] buffer = new byte[65_536];
        try {
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (left.getAndDecrement() <= 0) {
                    cut();
                    return;
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // Cut, or over.
        }
        end(client, server);
    }

    private void answer(Socket server, Socket client) {
        try {
            server.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // Cut, or over.
        }
        end(client, server);
    }

    private void cut() {
        for (Socket each : open) {
            end(each, each);
        }
    }

    private void end(Socket one, Socket other) {
        for (Socket each : Set.copyOf(java.util.List.of(one, other).stream().distinct().toList())) {
            open.remove(each);
            try {
                each.close();
            } catch (IOException e) {
                // It is closed already.
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        cut();
    }
}
