import { createImageClient } from '@darkroom/sdk';
import { createApp, defineComponent, h, ref } from 'vue';
import { useImageJob } from './use-image-job.ts';

const query = new URLSearchParams(location.search);
const client = createImageClient({
  baseUrl: query.get('api') ?? 'http://localhost:8080',
  token: query.get('token') ?? '',
});

const ImageForm = defineComponent(() => {
  const prompt = ref('');
  const { job, error, create } = useImageJob(client);
  const submit = (event: Event) => {
    event.preventDefault();
    void create({ model: 'image-01', prompt: prompt.value });
  };
  return () => [
    h('form', { onSubmit: submit }, [
      h('input', {
        name: 'prompt',
        onInput: ({ target }: InputEvent) => {
          if (target instanceof HTMLInputElement) prompt.value = target.value;
        },
      }),
      h('button', { type: 'submit' }, 'Generate'),
    ]),
    h('output', error.value || (job.value && `${job.value.status} ${job.value.progress} %`)),
    job.value?.status === 'COMPLETED' && job.value.images.map((src) => h('img', { src })),
  ];
});

createApp(ImageForm).mount('#app');
