/// Views over the live and the archived rows of a table, and what they need in the database.
@NullMarked
package dev.kalends.archive.view;

import org.jspecify.annotations.NullMarked;
