package dev.kalends.cli;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Stands before a server as a transaction pooler does: the backend that a client was told at its
/// login is not the one that answers.
final class FakePooler implements AutoCloseable {
    private static final int BACKEND_KEY_DATA = 'K';

    private final ServerSocket socket;
    private final int serverPort;

    private FakePooler(ServerSocket socket, int serverPort) {
        this.socket = socket;
        this.serverPort = serverPort;
    }

    static FakePooler before(int serverPort) throws IOException {
        FakePooler pooler =
                new FakePooler(
                        new ServerSocket(0, 5, InetAddress.getLoopbackAddress()), serverPort);
        Thread.ofPlatform().daemon().start(pooler::accept);
        return pooler;
    }

    String url(String database) {
        return "postgresql://postgres@127.0.0.1:%d/%s?sslmode=disable&gssEncMode=disable"
                .formatted(socket.getLocalPort(), database);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                Thread.ofPlatform().daemon().start(() -> forward(client, server));
                Thread.ofPlatform().daemon().start(() -> answer(server, client));
            }
        } catch (IOException e) {
            // The test is over and has closed the socket.
            Thread.currentThread().interrupt();
        }
    }

    private static void forward(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One side has ended, and the other ends with it.
            Thread.currentThread().interrupt();
        }
    }

    /// Passes messages on, with another pid where the server names the backend's.
    private static void answer(Socket from, Socket to) {
        try (from;
                to;
                DataInputStream in = new DataInputStream(from.getInputStream());
                DataOutputStream out = new DataOutputStream(to.getOutputStream())) {
            while (true) {
                int type = in.readUnsignedByte();
                int length = in.readInt();
                byte[] content = in.readNBytes(length - Integer.BYTES);
                if (type == BACKEND_KEY_DATA) {
                    content[3]++;
                }
                out.writeByte(type);
                out.writeInt(length);
                out.write(content);
                out.flush();
            }
        } catch (IOException e) {
            // One side has ended, and the other ends with it.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
