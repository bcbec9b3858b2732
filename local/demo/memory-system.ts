import type { Pool } from "pg";

export interface Memory {
  readonly id: string;
  readonly text: string;
}

/** What the tenants' devices have told, in PostgreSQL. */
export class MemorySystem {
  readonly storeId = "memories";
  readonly #database: Pool;

  constructor(database: Pool) {
    this.#database = database;
  }

  /** Makes the table, unless there is one. */
  async prepare(): Promise<void> {
    await this.#database.query(`
      create table if not exists memories (
        id bigint generated always as identity primary key,
        tenant_id text not null,
        text text not null,
        words tsvector generated always as (to_tsvector('simple', text)) stored,
        seen_at timestamptz not null default now()
      );
      create index if not exists memories_words on memories using gin (words);
      create index if not exists memories_seen on memories (tenant_id, seen_at desc);
    `);
  }

  /** The memories with all words of `query`, the latest first. */
  async search(query: string, tenantId: string): Promise<Memory[]> {
    const { rows } = await this.#database.query<Memory>(
      `select id, text from memories where tenant_id = $2 and words @@ plainto_tsquery('simple', $1)
       order by seen_at desc limit 10`,
      [query, tenantId],
    );
    return rows;
  }

  async add(text: string, tenantId: string): Promise<void> {
    await this.#database.query("insert into memories (text, tenant_id) values ($1, $2)", [text, tenantId]);
  }

  async update(id: string, text: string): Promise<void> {
    await this.#database.query("update memories set text = $2, seen_at = now() where id = $1", [id, text]);
  }

  async delete(id: string): Promise<void> {
    await this.#database.query("delete from memories where id = $1", [id]);
  }

  /** Those of a tenant that are older than its latest so many. */
  async surplus(tenantId: string, kept: number): Promise<Memory[]> {
    const { rows } = await this.#database.query<Memory>(
      "select id, text from memories where tenant_id = $1 order by seen_at desc offset $2",
      [tenantId, kept],
    );
    return rows;
  }
}
