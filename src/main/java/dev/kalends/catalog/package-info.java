/// What is there, as immutable records; no input or output.
@NullMarked
package dev.kalends.catalog;

import org.jspecify.annotations.NullMarked;
