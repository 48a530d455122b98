/// Partitions as Parquet in an object store: written, proven, read back.
@NullMarked
package dev.kalends.archive;

import org.jspecify.annotations.NullMarked;
