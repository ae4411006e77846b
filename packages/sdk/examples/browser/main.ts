import { createImageClient, isImageApiError, isJobFailedError } from '@darkroom/sdk';

const api = new URLSearchParams(location.search).get('api') ?? 'http://localhost:8080';
const client = createImageClient({ baseUrl: api, token: signIn });

/** Called before each request, and once more with `refresh` after a 401. Replace it by your own sign-in. */
let token: string | undefined;
async function signIn({ refresh }: { refresh: boolean }): Promise<string> {
  if (token === undefined || refresh) {
    const response = await fetch(`${api}/dev/token?user_id=1`);
    ({ token } = await response.json());
  }
  return token ?? '';
}

const [form] = document.forms;
const output = document.querySelector('output');
const image = document.querySelector('img');

form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const photo = fields.get('photo');
  if (!(photo instanceof File) || !output || !image) return;
  try {
    const { image_file } = await client.upload(photo);
    const job = await client.generate(
      {
        model: 'image-01',
        prompt: String(fields.get('prompt')),
        subject_reference: [{ type: 'character', image_file }],
      },
      { onUpdate: ({ status, progress }) => output.replaceChildren(`${status} ${progress} %`) },
    );
    image.src = job.images[0] ?? '';
  } catch (error) {
    if (!isImageApiError(error) && !isJobFailedError(error)) throw error;
    output.replaceChildren(`${error.code}: ${error.message}`);
  }
});
