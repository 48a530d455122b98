/// PostgreSQL servers from Maven artifacts, for the demonstration, rehearsals and tests.
@NullMarked
package dev.kalends.embedded;

import org.jspecify.annotations.NullMarked;
