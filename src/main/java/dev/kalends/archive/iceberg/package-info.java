/// Iceberg tables over archived partitions, kept by a library that wants `java.sql`.
@NullMarked
package dev.kalends.archive.iceberg;

import org.jspecify.annotations.NullMarked;
