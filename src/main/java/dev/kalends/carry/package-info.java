/// Statements that carry over what a table has besides its rows; no input or output.
@NullMarked
package dev.kalends.carry;

import org.jspecify.annotations.NullMarked;
