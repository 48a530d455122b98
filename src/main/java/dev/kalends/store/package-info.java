/// Where objects lie outside the database: a directory, or a bucket of an S3-compatible store.
@NullMarked
package dev.kalends.store;

import org.jspecify.annotations.NullMarked;
