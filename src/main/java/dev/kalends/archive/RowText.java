package dev.kalends.archive;

import dev.kalends.archive.duckdb.Cells;
import dev.kalends.archive.manifest.Manifest.Column;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of a file as PostgreSQL's text: each field by itself, and the row as `row::text` prints it.
public final class RowText {
    private static final int QUOTED = 1;
    private static final int DOUBLED = 2;

    /// What a byte means for the text of a row.
    private static final byte[] MEANINGS = new byte[256];

    static {
        for (char each : "(), \t\n\r\f\u000b".toCharArray()) {
            MEANINGS[each] = QUOTED;
        }
        MEANINGS['"'] = DOUBLED;
        MEANINGS['\\'] = DOUBLED;
    }

    private final List<Column> columns;
    private final List<Bytes> fields = new ArrayList<>();
    private final Bytes record = new Bytes();
    private final @Nullable Charset recoded;

    /// @param encoding of the database, in which the row's hash is computed
    public RowText(List<Column> columns, Charset encoding) {
        this.columns = columns;
        this.recoded = encoding.equals(StandardCharsets.UTF_8) ? null : encoding;
        columns.forEach(_ -> fields.add(new Bytes()));
    }

    /// Takes a row.
    public void set(Cells cells) {
        for (int i = 0; i < columns.size(); i++) {
            Bytes field = fields.get(i);
            field.clear();
            if (!cells.isNull(i)) {
                print(cells, i, field);
            }
        }
    }

    /// The text of a field that is not null, in UTF-8; good until the next row.
    public Bytes field(int column) {
        return fields.get(column);
    }

    private void print(Cells cells, int i, Bytes into) {
        switch (columns.get(i).form()) {
            case BOOLEAN -> into.add(cells.truth(i) ? 't' : 'f');
            case INT16 -> into.addAscii(Short.toString(cells.int16(i)));
            case INT32 -> into.addAscii(Integer.toString(cells.int32(i)));
            case INT64 -> into.addAscii(Long.toString(cells.int64(i)));
            case FLOAT -> into.addAscii(FloatText.of(cells.float32(i)));
            case DOUBLE -> into.addAscii(FloatText.of(cells.float64(i)));
            case DATE -> TimeText.date(cells.int32(i), into);
            case TIMESTAMP -> TimeText.timestamp(cells.int64(i), "", into);
            case INSTANT -> TimeText.timestamp(cells.int64(i), "+00", into);
            case BYTES -> {
                into.addAscii("\\x");
                into.addAscii(cells.text(i));
            }
            case UUID -> into.addAscii(cells.text(i));
            case DECIMAL -> decimal(cells.text(i), into);
            case TEXT, PRINTED -> into.add(cells.text(i).getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Where all digits are decimals, DuckDB leaves the 0 before the point out.
    private static void decimal(String text, Bytes into) {
        int point = text.startsWith("-") ? 1 : 0;
        into.addAscii(text.substring(0, point));
        if (text.charAt(point) == '.') {
            into.add('0');
        }
        into.addAscii(text.substring(point));
    }

    /// What `hashtextextended(row::text, 0)` is.
    ///
    /// @throws CharacterCodingException if the row has characters that the encoding lacks
    long hash(Cells cells) throws CharacterCodingException {
        record.clear();
        record.add('(');
        for (int i = 0; i < columns.size(); i++) {
            if (i > 0) {
                record.add(',');
            }
            if (!cells.isNull(i)) {
                appendField(fields.get(i));
            }
        }
        record.add(')');
        if (recoded == null) {
            return RowHash.of(record.content(), record.size());
        }
        CharBuffer text =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(record.content(), 0, record.size()));
        ByteBuffer bytes = recoded.newEncoder().encode(text);
        byte[] encoded = new byte[bytes.remaining()];
        bytes.get(encoded);
        return RowHash.of(encoded, encoded.length);
    }

    /// As `record_out` of PostgreSQL's `rowtypes.c` does: quoted if empty or if it has a character
    /// that means something; quotes and backslashes doubled.
    private void appendField(Bytes field) {
        byte[] content = field.content();
        int size = field.size();
        int meanings = size == 0 ? QUOTED : 0;
        for (int i = 0; i < size; i++) {
            meanings |= MEANINGS[content[i] & 0xff];
        }
        boolean quoted = meanings != 0;
        boolean doubled = (meanings & DOUBLED) != 0;
        if (quoted) {
            record.add('"');
        }
        if (doubled) {
            for (int i = 0; i < size; i++) {
                if (content[i] == '"' || content[i] == '\\') {
                    record.add(content[i]);
                }
                record.add(content[i]);
            }
        } else {
            record.add(content, 0, size);
        }
        if (quoted) {
            record.add('"');
        }
    }
}
