interface Question {
  title: string;
  content: string;
  yes: string;
  no: string;
}

/** Asks before something that cannot be taken back. WeChat shows four characters of each answer at most. */
export function confirm({ title, content, yes, no }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    uni.showModal({
      title,
      content,
      confirmText: yes,
      cancelText: no,
      success: ({ confirm: isConfirmed }) => resolve(isConfirmed),
      fail: () => resolve(false),
    });
  });
}
