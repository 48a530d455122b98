/// Reads the system catalogs.
@NullMarked
package dev.kalends.pg.catalog;

import org.jspecify.annotations.NullMarked;
