// A fixed list of operations of the application through Prisma. Prints one JSON line for each:
// {"step", "result"} or {"step", "error": {"code", …}}.
//
// DATABASE_URL  the database; its schema must be the application's
// BASE_TIME     when the written rows were made, ISO 8601; some are made a month earlier
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@prisma/client";
import { countFrom, failure, named, normal } from "./normal.mjs";

const BASE = Date.parse(process.env.BASE_TIME ?? "2026-05-17T10:00:00Z");
const EARLIER = BASE - 31 * 86_400_000;
countFrom(BASE);

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }),
  log: [],
});

let made = 0;

/** A cuid of the given time, printed by its name. */
function id(name, millis = BASE) {
  made++;
  const number = made.toString(36).padStart(4, "0");
  return named(name, `c${millis.toString(36).padStart(8, "0")}${number}appt00000000`);
}

async function step(name, operation) {
  let line;
  try {
    line = { step: name, result: normal((await operation()) ?? null) };
  } catch (error) {
    line = { step: name, error: failure(error) };
  }
  console.log(JSON.stringify(line));
}

const at = (seconds) => new Date(BASE + seconds * 1000);
const church = id("church");
const members = ["ann", "ben", "cem", "dee"].map((name) => id(name));
const [ann, ben, cem, dee] = members;
const m1 = id("message1");
const m2 = id("message2", EARLIER);
const m3 = id("message3");
const m4 = id("message4");
const recipient1 = id("recipient1");
const bulk = [1, 2, 3].map((n) => id(`bulk${n}`));
const conversation = id("conversation");
const second = id("conversation2");
const cm1 = id("text1");
const cm2 = id("text2", BASE + 1000);
const cm3 = id("text3", BASE + 2000);
const missing = id("missing");

async function prepare() {
  await step("church with members", () =>
    prisma.church.create({
      data: {
        id: church,
        name: "First",
        createdAt: at(0),
        members: { create: members.map((member, i) => ({ id: member, phone: `+1555${i}`, createdAt: at(i) })) },
      },
      include: { members: { orderBy: { phone: "asc" } } },
    }));
}

async function messages() {
  await step("create", () =>
    prisma.message.create({ data: { id: m1, churchId: church, content: "one", createdAt: at(0) } }));
  await step("create with defaults", async () => {
    const row = await prisma.message.create({ data: { churchId: church, content: "default" } });
    await prisma.message.delete({ where: { id: row.id } });
    return { ...row, createdAt: "now" };
  });
  await step("create a month earlier", () =>
    prisma.message.create({
      data: { id: m2, churchId: church, content: "two", status: "sent", createdAt: new Date(EARLIER) },
    }));
  await step("nested create", () =>
    prisma.message.create({
      data: {
        id: m3,
        churchId: church,
        content: "three",
        createdAt: at(0),
        recipients: {
          create: [
            { id: recipient1, memberId: ann },
            { id: id("recipient2"), memberId: ben, status: "sent" },
          ],
        },
        queued: { create: { id: id("queued1"), createdAt: at(5) } },
      },
      include: { recipients: { orderBy: { id: "asc" } }, queued: true },
    }));
  await step("findUnique by id", () => prisma.message.findUnique({ where: { id: m3 }, include: { recipients: true } }));
  await step("findUnique, none", () => prisma.message.findUnique({ where: { id: missing } }));
  await step("findUnique by unique key", () =>
    prisma.messageRecipient.findUnique({ where: { messageId_memberId: { messageId: m3, memberId: ben } } }));
  await step("findUniqueOrThrow, none", () => prisma.message.findUniqueOrThrow({ where: { id: missing } }));
  await step("update", () =>
    prisma.message.update({ where: { id: m1 }, data: { content: "changed" }, select: { id: true, content: true } }));
  await step("update, none", () => prisma.message.update({ where: { id: missing }, data: { content: "x" } }));
  await step("update createdAt", () =>
    prisma.message.update({ where: { id: m2 }, data: { createdAt: new Date(EARLIER + 1000) } }));
  await step("create, id taken", () =>
    prisma.message.create({ data: { id: m1, churchId: church, content: "again", createdAt: at(0) } }));
  await step("create, id taken, other month", () =>
    prisma.message.create({ data: { id: m1, churchId: church, content: "again", createdAt: new Date(EARLIER) } }));
  await step("create, no such church", () =>
    prisma.message.create({ data: { id: m4, churchId: missing, content: "four", createdAt: at(0) } }));
  await step("create recipient, unique key taken", () =>
    prisma.messageRecipient.create({ data: { id: id("again"), messageId: m3, memberId: ann } }));
  await step("create recipient, no such message", () =>
    prisma.messageRecipient.create({ data: { id: id("orphan"), messageId: missing, memberId: ann } }));
  await step("messages so far", () => prisma.message.count({ where: { churchId: church } }));
}

async function upserts() {
  const insert = (row) => ({ where: { id: row }, create: { id: row, churchId: church, content: "four", createdAt: at(0) } });
  await step("upsert by id, inserts", () => prisma.message.upsert({ ...insert(m4), update: { content: "updated" } }));
  await step("upsert by id, updates", () => prisma.message.upsert({ ...insert(m4), update: { content: "updated" } }));
  const pair = (recipient) => ({
    where: { messageId_memberId: { messageId: m4, memberId: cem } },
    create: { id: recipient, messageId: m4, memberId: cem },
    update: { attempts: { increment: 1 } },
  });
  await step("upsert by unique key, inserts", () => prisma.messageRecipient.upsert(pair(id("upserted"))));
  await step("upsert by unique key, updates", () => prisma.messageRecipient.upsert(pair(id("unused"))));
  await step("upsert recipient by id, updates", () =>
    prisma.messageRecipient.upsert({
      where: { id: recipient1 },
      create: { id: recipient1, messageId: m3, memberId: ann },
      update: { attempts: { increment: 1 } },
    }));
  await step("create recipient, id taken, other message", async () => {
    const row = await prisma.messageRecipient.create({ data: { id: recipient1, messageId: m4, memberId: dee } });
    await prisma.messageRecipient.deleteMany({ where: { id: recipient1, messageId: m4 } });
    return row;
  });
  const talk = (row, member, status) => ({
    where: { churchId_memberId: { churchId: church, memberId: member } },
    create: { id: row, churchId: church, memberId: member, createdAt: at(0) },
    update: { status },
  });
  await step("upsert conversation, inserts", () => prisma.conversation.upsert(talk(conversation, ann, "closed")));
  await step("upsert conversation, updates", () => prisma.conversation.upsert(talk(second, ann, "closed")));
  // Where the upserts fail, the steps that follow have their conversation all the same.
  await step("findUnique or create conversation", async () => {
    const { where, create } = talk(conversation, ann);
    const row = (await prisma.conversation.findUnique({ where })) ?? (await prisma.conversation.create({ data: create }));
    return { id: row.id, memberId: row.memberId };
  });
  await step("create conversation", () =>
    prisma.conversation.create({ data: { id: second, churchId: church, memberId: ben, createdAt: at(1) } }));
  await step("create conversation, unique key taken", () =>
    prisma.conversation.create({ data: { id: id("third"), churchId: church, memberId: ben, createdAt: at(1) } }));
}

async function many() {
  const rows = bulk.map((row, i) => ({ id: row, churchId: church, content: `bulk ${i}`, createdAt: at(10 + i) }));
  await step("createMany", () => prisma.message.createMany({ data: rows }));
  await step("createMany, one id taken", () =>
    prisma.message.createMany({ data: [{ ...rows[0], id: id("fresh") }, rows[1]] }));
  await step("createMany skipDuplicates, same id", () =>
    prisma.message.createMany({ data: rows, skipDuplicates: true }));
  await step("createMany skipDuplicates, same id, other month", () =>
    prisma.message.createMany({
      data: rows.map((row) => ({ ...row, createdAt: new Date(EARLIER) })),
      skipDuplicates: true,
    }));
  await step("createMany skipDuplicates, same unique key", () =>
    prisma.messageRecipient.createMany({
      data: [
        { id: id("duplicate"), messageId: m3, memberId: ann },
        { id: id("added"), messageId: m3, memberId: dee },
      ],
      skipDuplicates: true,
    }));
  await step("createManyAndReturn", () =>
    prisma.messageRecipient.createManyAndReturn({
      data: [{ id: id("returned"), messageId: m1, memberId: dee }],
      select: { id: true, status: true },
    }));
  await step("updateMany", () =>
    prisma.message.updateMany({ where: { churchId: church, createdAt: { gte: at(10) } }, data: { status: "archived" } }));
  await step("findMany, first page", () => page(0));
  await step("findMany, second page", () => page(2));
  await step("findMany after a cursor", () =>
    prisma.message.findMany({
      where: { churchId: church },
      orderBy: { id: "asc" },
      cursor: { id: m3 },
      skip: 1,
      take: 2,
      select: { id: true },
    }));
  await step("groupBy", () =>
    prisma.message.groupBy({ by: ["status"], where: { churchId: church }, _count: true, orderBy: { status: "asc" } }));
  await step("aggregate", () =>
    prisma.message.aggregate({ where: { churchId: church }, _count: true, _min: { createdAt: true } }));
  await step("deleteMany", () => prisma.message.deleteMany({ where: { id: { in: bulk } } }));
  await step("deleteMany, none", () => prisma.message.deleteMany({ where: { id: { in: bulk } } }));
}

function page(skip) {
  return prisma.message.findMany({
    where: { churchId: church },
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    skip,
    take: 2,
    select: { id: true, createdAt: true },
  });
}

async function conversations() {
  const message = (row, seconds, more) => ({
    data: {
      id: row,
      conversationId: conversation,
      churchId: church,
      direction: "inbound",
      content: "hello",
      metadata: { carrier: "c1" },
      costCents: 0.75,
      createdAt: at(seconds),
      ...more,
    },
  });
  await step("create text", () => prisma.conversationMessage.create(message(cm1, 0, { memberId: ann })));
  await step("create reply", () => prisma.conversationMessage.create(message(cm2, 1, { replyToId: cm1 })));
  await step("create reply to nothing", () =>
    prisma.conversationMessage.create(message(id("lost"), 1, { replyToId: missing })));
  await step("connect reply", () =>
    prisma.conversationMessage.create({
      data: {
        ...(({ conversationId, ...rest }) => rest)(message(cm3, 2).data),
        conversation: { connect: { id: conversation } },
        replyTo: { connect: { id: cm2 } },
      },
      include: { replyTo: { select: { id: true } } },
    }));
  await step("connect through the other side", () =>
    prisma.conversationMessage.update({
      where: { id: cm1 },
      data: { replies: { connect: { id: cm3 } } },
      select: { replies: { select: { id: true }, orderBy: { id: "asc" } } },
    }));
  await step("disconnect member", () =>
    prisma.conversationMessage.update({
      where: { id: cm1 },
      data: { member: { disconnect: true } },
      select: { id: true, memberId: true },
    }));
  await step("connect, none", () =>
    prisma.conversationMessage.update({ where: { id: cm1 }, data: { replyTo: { connect: { id: missing } } } }));
  await step("create reactions", () =>
    prisma.messageReaction.createMany({
      data: [cm1, cm2].map((row, i) => ({ id: id(`reaction${i}`), messageId: row, emoji: "👍", createdAt: at(3) })),
    }));
  await step("delete what was replied to", () =>
    prisma.conversationMessage.delete({ where: { id: cm1 }, select: { id: true } }));
  await step("replies after that", () =>
    prisma.conversationMessage.findMany({
      where: { churchId: church },
      orderBy: { createdAt: "asc" },
      select: { id: true, replyToId: true, _count: { select: { reactions: true } } },
    }));
  await step("filter by relation", () =>
    prisma.conversation.findMany({
      where: { churchId: church, messages: { some: { direction: "inbound" } } },
      select: { id: true, _count: { select: { messages: true } } },
    }));
}

async function transactions() {
  await step("interactive transaction", () =>
    prisma.$transaction(async (tx) => {
      const message = await tx.message.update({ where: { id: m1 }, data: { status: "sent" } });
      const changed = await tx.messageRecipient.updateMany({ where: { messageId: m1 }, data: { status: "sent" } });
      return { status: message.status, recipients: changed.count };
    }));
  await step("interactive transaction, fails", () =>
    prisma.$transaction(async (tx) => {
      await tx.message.update({ where: { id: m1 }, data: { status: "never" } });
      await tx.message.create({ data: { id: m3, churchId: church, content: "taken", createdAt: at(0) } });
    }));
  await step("status after that", () => prisma.message.findUnique({ where: { id: m1 }, select: { status: true } }));
  await step("batch transaction", () =>
    prisma.$transaction([
      prisma.message.update({ where: { id: m1 }, data: { content: "batched" }, select: { content: true } }),
      prisma.message.count({ where: { churchId: church } }),
    ]));
  await step("update id", () =>
    prisma.message.update({ where: { id: m4 }, data: { id: id("renamed") }, include: { recipients: true } }));
}

async function cascades() {
  await step("delete message", () => prisma.message.delete({ where: { id: m3 }, select: { id: true } }));
  await step("recipients after that", () =>
    prisma.messageRecipient.findMany({
      where: { memberId: { in: members } },
      orderBy: { id: "asc" },
      select: { id: true, messageId: true, status: true, attempts: true },
    }));
  await step("delete message, none", () => prisma.message.delete({ where: { id: missing } }));
  await step("delete conversation", () =>
    prisma.conversation.delete({ where: { churchId_memberId: { churchId: church, memberId: ann } }, select: { id: true } }));
  await step("texts after that", () => prisma.conversationMessage.count({ where: { churchId: church } }));
  await step("delete church", () => prisma.church.delete({ where: { id: church }, select: { id: true } }));
  await step("rows after that", async () => ({
    messages: await prisma.message.count({ where: { churchId: church } }),
    conversations: await prisma.conversation.count({ where: { churchId: church } }),
    recipients: await prisma.messageRecipient.count({ where: { memberId: { in: members } } }),
  }));
}

try {
  await prepare();
  await messages();
  await upserts();
  await many();
  await conversations();
  await transactions();
  await cascades();
} finally {
  await prisma.$disconnect();
}
