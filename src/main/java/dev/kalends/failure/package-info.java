/// What can go wrong, told in three parts under a stable code; no input or output.
@NullMarked
package dev.kalends.failure;

import org.jspecify.annotations.NullMarked;
