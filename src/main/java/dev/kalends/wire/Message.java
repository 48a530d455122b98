package dev.kalends.wire;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A message from a client, read from its front to its end.
final class Message {
    private final char type;
    private final ByteBuffer body;

    private Message(char type, ByteBuffer body) {
        this.type = type;
        this.body = body;
    }

    /// A message with its type in front.
    ///
    /// @return null if the client ended the connection between two messages
    /// @throws WireException if it is longer than allowed, or shorter than possible
    static @Nullable Message read(InputStream in, int bytesMax) throws IOException {
        int type = in.read();
        return type < 0 ? null : new Message((char) type, body(in, bytesMax));
    }

    /// The first message of a connection, which has no type.
    static Message first(InputStream in, int bytesMax) throws IOException {
        return new Message(' ', body(in, bytesMax));
    }

    private static ByteBuffer body(InputStream in, int bytesMax) throws IOException {
        int length = new DataInputStream(in).readInt();
        if (length < Integer.BYTES || length - Integer.BYTES > bytesMax) {
            throw WireException.fatal(
                    WireException.PROTOCOL_VIOLATION, "invalid message length: " + length);
        }
        byte[] body = in.readNBytes(length - Integer.BYTES);
        if (body.length < length - Integer.BYTES) {
            throw new EOFException("The client ended the connection inside a message");
        }
        return ByteBuffer.wrap(body);
    }

    char type() {
        return type;
    }

    int int32() {
        need(Integer.BYTES);
        return body.getInt();
    }

    int int16() {
        need(Short.BYTES);
        return body.getShort();
    }

    byte int8() {
        need(Byte.BYTES);
        return body.get();
    }

    /// Text that ends with a zero.
    String text() {
        int end = body.position();
        while (end < body.limit() && body.get(end) != 0) {
            end++;
        }
        if (end == body.limit()) {
            throw malformed();
        }
        String text = decode(body.slice(body.position(), end - body.position()));
        body.position(end + 1);
        return text;
    }

    /// So many bytes as text.
    String text(int bytes) {
        if (bytes < 0) {
            throw malformed();
        }
        need(bytes);
        String text = decode(body.slice(body.position(), bytes));
        body.position(body.position() + bytes);
        return text;
    }

    int remaining() {
        return body.remaining();
    }

    private static String decode(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new WireException(
                    "22021",
                    "invalid byte sequence for encoding \"UTF8\"",
                    null,
                    WireException.Severity.ERROR,
                    e);
        }
    }

    private void need(int bytes) {
        if (body.remaining() < bytes) {
            throw malformed();
        }
    }

    private static WireException malformed() {
        return WireException.fatal(WireException.PROTOCOL_VIOLATION, "malformed message");
    }
}
