package dev.kalends.wire;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server has to offer. Called from several threads.
public interface Tables {
    /// A table that can be read; null if there is none of that name.
    @Nullable Table find(String schema, String name);

    /// A table.
    interface Table {
        List<String> columns();

        long rows();

        /// Average of a row, as text.
        int rowBytes();

        /// Begins to read.
        ///
        /// @param columns some of the table's, in any order; may be empty
        Rows read(List<String> columns);
    }

    /// Rows, one after another, for one thread.
    interface Rows extends AutoCloseable {
        /// Goes to the next row.
        ///
        /// @return false at the end
        boolean next();

        /// The text of a field in UTF-8, as PostgreSQL prints it; null is SQL's NULL. Good until
        /// the next row.
        @Nullable ByteBuffer field(int column);

        @Override
        void close();
    }
}
