// What the readme of the official client shows, against a served application. Usage: node examples.mjs NAME...
// Addresses and keys come from PILARES_TEST_*; prints one JSON object, what each example got by its name.
import OpenAI, { toFile } from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const { PILARES_TEST_URL: baseURL, PILARES_TEST_KEY: apiKey, PILARES_TEST_OPERATOR_KEY: operatorKey } = process.env;
const settings = { baseURL, maxRetries: 0, timeout: 20_000 };
const client = new OpenAI({ ...settings, apiKey });
const operator = new OpenAI({ ...settings, apiKey: operatorKey });

const ASK = 'How many days of leave do I have?';
const messages = [{ role: 'user', content: ASK }];
const City = z.object({ city: z.string(), degrees: z.number() });
const weather = {
  name: 'weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function whatItThrew(promise) {
  try {
    await promise;
  } catch (error) {
    return { name: error.constructor.name, status: error.status, code: error.code, type: error.type };
  }
  return null;
}

const examples = {
  async chat() {
    const { data, response } = await client.chat.completions.create({ model: 'auto', messages }).withResponse();
    const { message, finish_reason: reason } = data.choices[0];
    const quotes = data.pilares.citations.map((each) => each.quote);
    return { content: message.content, reason, quotes, usage: data.usage, tier: response.headers.get('x-pilares-tier') };
  },

  async stream() {
    const stream = await client.chat.completions.create({
      model: 'auto', messages, stream: true, stream_options: { include_usage: true },
    });
    let content = '', usage = null, citations = 0;
    for await (const chunk of stream) {
      content += chunk.choices[0]?.delta?.content ?? '';
      usage = chunk.usage ?? usage;
      citations += chunk.pilares?.citations?.length ?? 0;
    }
    return { content, usage, citations };
  },

  async streamHelper() {
    const seen = [];
    const runner = client.chat.completions.stream({ model: 'auto', messages }).on('content', (delta) => seen.push(delta));
    const { choices } = await runner.finalChatCompletion();
    return { content: choices[0].message.content, pieces: seen.join('') };
  },

  async stopped() {
    const stream = await client.chat.completions.create({
      model: 'auto', messages: [{ role: 'user', content: 'compare' }], stream: true, pilares: { drafts: true },
    });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta?.content) break; // leaving the loop closes the connection
    }
    return { aborted: stream.controller.signal.aborted };
  },

  async tools() {
    const called = [];
    const run = client.chat.completions.runTools({
      model: 'auto',
      messages: [{ role: 'user', content: 'What is the weather in Lima?' }],
      tools: [{
        type: 'function',
        function: { ...weather, parse: JSON.parse, function: (given) => { called.push(given); return '18 degrees'; } },
      }],
    });
    return { content: await run.finalContent(), called };
  },

  async schema() {
    const asked = [{ role: 'user', content: 'The weather in Lima?' }];
    const completion = await client.chat.completions.parse({
      model: 'llm', messages: asked, response_format: zodResponseFormat(City, 'city'),
    });
    const response = await client.responses.parse({
      model: 'llm', input: 'The weather in Lima?', text: { format: zodTextFormat(City, 'city') },
    });
    return { chat: completion.choices[0].message.parsed, responses: response.output_parsed };
  },

  async embeddings() {
    const packed = await client.embeddings.create({ model: 'hashing', input: ['leave', 'travel'] }); // as base64
    const floats = await client.embeddings.create({ model: 'hashing', input: 'leave', encoding_format: 'float' });
    const apart = packed.data[0].embedding.map((value, place) => Math.abs(value - floats.data[0].embedding[place]));
    return { count: packed.data.length, size: floats.data[0].embedding.length, apart: Math.max(...apart) };
  },

  async files() {
    const file = await toFile(Buffer.from('The gate opens at seven.'), 'gate.md');
    const made = await operator.files.create({ file, purpose: 'assistants' });
    const listed = [];
    for await (const each of operator.files.list()) listed.push(each.id);
    const content = await (await operator.files.content(made.id)).text();
    const { bytes } = await operator.files.retrieve(made.id);
    const { deleted } = await operator.files.delete(made.id);
    const gone = await whatItThrew(operator.files.retrieve(made.id));
    return { name: made.filename, listed: listed.includes(made.id), content, bytes, deleted, gone };
  },

  async responses() {
    const first = await client.responses.create({ model: 'auto', input: ASK });
    const next = await client.responses.create({ model: 'auto', input: 'And in my first year?', previous_response_id: first.id });
    const kept = await client.responses.retrieve(first.id);
    await client.responses.delete(next.id);
    const gone = await whatItThrew(client.responses.retrieve(next.id));
    const [annotation] = first.output[0].content[0].annotations;
    return { text: first.output_text, kept: kept.output_text, cited: annotation.type, previous: next.previous_response_id, gone };
  },

  async responsesStream() {
    const types = [];
    const stream = client.responses.stream({ model: 'auto', input: ASK }).on('event', (event) => types.push(event.type));
    const final = await stream.finalResponse();
    return { text: final.output_text, first: types[0], last: types.at(-1) };
  },

  async responsesTools() {
    const tools = [{ type: 'function', strict: null, ...weather }];
    const asked = await client.responses.create({ model: 'auto', input: 'The weather in Lima?', tools });
    const [call] = asked.output.filter((each) => each.type === 'function_call');
    const input = [{ type: 'function_call_output', call_id: call.call_id, output: '18 degrees' }];
    const told = await client.responses.create({ model: 'auto', input, tools, previous_response_id: asked.id });
    return { name: call.name, given: JSON.parse(call.arguments), text: told.output_text };
  },

  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    return { names, owner: (await client.models.retrieve('adapter:house')).owned_by };
  },

  async errors() {
    const nobody = new OpenAI({ ...settings, apiKey: 'sk-wrong' });
    return {
      key: await whatItThrew(nobody.chat.completions.create({ model: 'auto', messages })),
      model: await whatItThrew(client.chat.completions.create({ model: 'gpt-4', messages })),
      body: await whatItThrew(client.chat.completions.create({ model: 'auto', messages: [] })),
      rights: await whatItThrew(client.files.create({ file: await toFile(Buffer.from('x'), 'x.md'), purpose: 'assistants' })),
    };
  },
};

const got = {};
for (const name of process.argv.slice(2)) got[name] = await examples[name]();
console.log(JSON.stringify(got));
