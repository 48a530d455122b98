package dev.kalends.store;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Objects as files of a directory.
public final class DirectoryStore implements ObjectStore {
    private static final String UNFINISHED = ".unfinished-";

    private final Path root;

    /// @param root made when the first object is written
    public DirectoryStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public String address() {
        return "file:" + root;
    }

    private Path path(String key) {
        return root.resolve(ObjectKey.checked(key));
    }

    @Override
    public Stored put(String key, Path file) {
        return write(key, unfinished -> Files.copy(file, unfinished));
    }

    @Override
    public Stored put(String key, byte[] content) {
        return write(
                key, unfinished -> Files.write(unfinished, content, StandardOpenOption.CREATE_NEW));
    }

    private interface Writing {
        void into(Path unfinished) throws IOException;
    }

    private Stored write(String key, Writing writing) {
        Path path = path(key);
        Path folder = path.resolveSibling("");
        Path unfinished = folder.resolve(UNFINISHED + UUID.randomUUID());
        try {
            Files.createDirectories(folder);
            try {
                writing.into(unfinished);
                try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                publish(unfinished, path);
            } finally {
                Files.deleteIfExists(unfinished);
            }
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return new Stored(key, Files.size(path));
        } catch (FileAlreadyExistsException e) {
            throw exists(key, e);
        } catch (IOException e) {
            throw failed("write", key, e);
        }
    }

    /// A second name is given only where there is none; renaming would replace.
    private static void publish(Path unfinished, Path path) throws IOException {
        try {
            Files.createLink(path, unfinished);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without hard links.
            Files.move(unfinished, path);
        }
    }

    @Override
    public void get(String key, Path into) {
        Path unfinished =
                into.resolveSibling("." + into.getFileName() + UNFINISHED + UUID.randomUUID());
        try (InputStream in = open(key)) {
            try {
                Files.copy(in, unfinished);
                Files.move(
                        unfinished,
                        into,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw failed("read", key, e);
        }
    }

    private InputStream open(String key) throws IOException {
        try {
            return Files.newInputStream(path(key));
        } catch (NoSuchFileException e) {
            throw missing(key, e);
        }
    }

    @Override
    public byte[] read(String key, int bytesMax) {
        try (InputStream in = Files.newInputStream(path(key))) {
            byte[] content = in.readNBytes(bytesMax);
            if (content.length == bytesMax && in.read() >= 0) {
                throw failed("read", key, new IOException("it has over " + bytesMax + " bytes"));
            }
            return content;
        } catch (NoSuchFileException e) {
            throw missing(key, e);
        } catch (IOException e) {
            throw failed("read", key, e);
        }
    }

    @Override
    public byte[] range(String key, long from, int bytes) {
        try (FileChannel channel = FileChannel.open(path(key), StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(bytes);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, from + buffer.position()) < 0) {
                    throw new IOException(
                            "it ends at byte %d, before %d"
                                    .formatted(channel.size(), from + bytes));
                }
            }
            return buffer.array();
        } catch (NoSuchFileException e) {
            throw missing(key, e);
        } catch (IOException e) {
            throw failed("read", key, e);
        }
    }

    @Override
    public @Nullable Stored find(String key) {
        try {
            return new Stored(key, Files.size(path(key)));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw failed("look at", key, e);
        }
    }

    @Override
    public List<Stored> list(String prefix) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith(UNFINISHED))
                    .map(file -> root.relativize(file).toString())
                    .filter(key -> key.startsWith(prefix))
                    .map(key -> new Stored(key, path(key).toFile().length()))
                    .sorted(Comparator.comparing(Stored::key))
                    .toList();
        } catch (IOException e) {
            throw failed("list", prefix, e);
        }
    }

    @Override
    public void delete(Collection<String> keys) {
        for (String key : keys) {
            try {
                Path path = path(key);
                Files.deleteIfExists(path);
                removeEmpty(path.getParent());
            } catch (IOException e) {
                throw failed("delete", key, e);
            }
        }
    }

    private void removeEmpty(@Nullable Path folder) throws IOException {
        Path each = folder;
        while (each != null && !each.equals(root)) {
            try {
                Files.deleteIfExists(each);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
            each = each.getParent();
        }
    }

    private KalendsException exists(String key, IOException cause) {
        return new KalendsException(
                FailureCode.OBJECT_EXISTS,
                "%s is in %s already.".formatted(key, name()),
                "It was not touched.",
                "Another process may work on the same archive. Run the same command again.",
                cause);
    }

    private KalendsException missing(String key, IOException cause) {
        return new KalendsException(
                FailureCode.OBJECT_MISSING,
                "%s is not in %s.".formatted(key, name()),
                "Nothing was changed.",
                "Bring the object back from a version or a replica of the store.",
                cause);
    }

    private KalendsException failed(String deed, String key, IOException cause) {
        return new KalendsException(
                FailureCode.STORE_FAILED,
                "Cannot %s %s in %s: %s".formatted(deed, key, name(), words(cause)),
                "No half object was left.",
                "Look at the folder, its rights and the space on its disk. Run the same command again.",
                cause);
    }

    private static String words(IOException cause) {
        String message = cause.getMessage();
        String kind = cause.getClass().getSimpleName().replace("Exception", "");
        return message == null ? kind : "%s (%s)".formatted(message, kind);
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
