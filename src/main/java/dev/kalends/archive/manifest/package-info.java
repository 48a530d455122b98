/// What says all about an archived partition, as it lies beside its files.
@NullMarked
package dev.kalends.archive.manifest;

import org.jspecify.annotations.NullMarked;
