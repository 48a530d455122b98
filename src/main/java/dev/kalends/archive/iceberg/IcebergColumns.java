package dev.kalends.archive.iceberg;

import dev.kalends.archive.manifest.Manifest.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Columns of archived partitions as fields of an Iceberg table. Fields come and are widened; none
/// ever goes, since older files have it.
final class IcebergColumns {
    private static final Pattern NUMERIC = Pattern.compile("numeric\\((\\d+)(?:,(\\d+))?\\)");

    private IcebergColumns() {}

    /// The schema of a new table. Every field is optional: a file that lacks it has NULL.
    static Schema schema(List<Column> columns) {
        List<Types.NestedField> fields = new ArrayList<>();
        for (Column each : columns) {
            fields.add(Types.NestedField.optional(fields.size() + 1, each.name(), type(each)));
        }
        return new Schema(fields);
    }

    /// The type that says the same.
    static Type.PrimitiveType type(Column column) {
        return switch (column.form()) {
            case BOOLEAN -> Types.BooleanType.get();
            case INT16, INT32 -> Types.IntegerType.get();
            case INT64 -> Types.LongType.get();
            case FLOAT -> Types.FloatType.get();
            case DOUBLE -> Types.DoubleType.get();
            case TEXT, PRINTED -> Types.StringType.get();
            case BYTES -> Types.BinaryType.get();
            case DATE -> Types.DateType.get();
            case TIMESTAMP -> Types.TimestampType.withoutZone();
            case INSTANT -> Types.TimestampType.withZone();
            case UUID -> Types.UUIDType.get();
            case DECIMAL -> decimal(column);
        };
    }

    private static Type.PrimitiveType decimal(Column column) {
        Matcher matcher = NUMERIC.matcher(column.type());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "Column %s is said to be a decimal, and its type is %s"
                            .formatted(column.name(), column.type()));
        }
        String scale = matcher.group(2);
        return Types.DecimalType.of(
                Integer.parseInt(matcher.group(1)), scale == null ? 0 : Integer.parseInt(scale));
    }

    /// Why files of these columns cannot be read as a schema says.
    ///
    /// @return null if they can, once the schema is [#grow]n
    static @Nullable String misfit(Schema schema, List<Column> columns) {
        for (Column each : columns) {
            Types.NestedField field = schema.findField(each.name());
            Type.PrimitiveType type = type(each);
            if (field != null
                    && !TypeUtil.isPromotionAllowed(type, field.type().asPrimitiveType())
                    && !TypeUtil.isPromotionAllowed(field.type(), type)) {
                return "its column %s is %s, and %s in the Iceberg table"
                        .formatted(each.name(), type, field.type());
            }
        }
        return null;
    }

    /// Adds what is new, and widens what has become wider.
    static void grow(Schema schema, List<Column> columns, UpdateSchema update) {
        for (Column each : columns) {
            Types.NestedField field = schema.findField(each.name());
            Type.PrimitiveType type = type(each);
            if (field == null) {
                // With a parent, if none, a dot in the name is no path.
                update.addColumn(null, each.name(), type);
            } else if (!TypeUtil.isPromotionAllowed(type, field.type().asPrimitiveType())) {
                update.updateColumn(each.name(), type);
            }
        }
    }

    /// Whether [#grow] would change anything.
    static boolean grows(Schema schema, List<Column> columns) {
        return columns.stream()
                .anyMatch(each -> {
                    Types.NestedField field = schema.findField(each.name());
                    return field == null
                            || !TypeUtil.isPromotionAllowed(
                                    type(each), field.type().asPrimitiveType());
                });
    }
}
