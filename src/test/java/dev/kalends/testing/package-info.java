/// Real PostgreSQL servers for tests.
@NullMarked
package dev.kalends.testing;

import org.jspecify.annotations.NullMarked;
