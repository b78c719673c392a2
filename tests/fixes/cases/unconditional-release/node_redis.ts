import { createClient } from "redis";

type Client = ReturnType<typeof createClient>;

export class Lease {
	private readonly token = crypto.randomUUID();

	private readonly client: Client;
	private readonly key: string;

	constructor(client: Client, key: string) {
		this.client = client;
		this.key = key;
	}

	async acquire(): Promise<boolean> {
		return (
			(await this.client.set(this.key, this.token, {
				NX: true,
				PX: 30_000,
			})) === "OK"
		);
	}

	async release(): Promise<void> {
		await this.client.del(this.key);
	}
}

export async function tidy(client: Client, box: string): Promise<void> {
	const lease = new Lease(client, `lock:mailbox:${box}`);
	if (!(await lease.acquire())) return;
	try {
		console.log(box);
	} finally {
		await lease.release();
	}
}
