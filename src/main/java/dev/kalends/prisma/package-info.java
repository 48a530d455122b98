/// Says what a conversion changes in a Prisma schema, so that Prisma and the database agree again.
@NullMarked
package dev.kalends.prisma;

import org.jspecify.annotations.NullMarked;
