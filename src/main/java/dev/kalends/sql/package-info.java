/// PostgreSQL names, literals and statement text; no input or output.
@NullMarked
package dev.kalends.sql;

import org.jspecify.annotations.NullMarked;
