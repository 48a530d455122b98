/// How applications that use the Prisma ORM see a database.
@NullMarked
package dev.kalends.prisma;

import org.jspecify.annotations.NullMarked;
