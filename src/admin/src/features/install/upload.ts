import { ApiError } from '@/lib/api';

/** Sends a form and tells how much of it has left; fetch cannot say that. */
export function upload<T>(path: string, body: FormData, onShare: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api${path}`);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = (e) => e.lengthComputable && onShare(e.loaded / e.total);
    request.onerror = () => reject(new ApiError(0, 'offline'));
    request.onload = () => {
      let answer: { title?: string; detail?: string; errors?: Record<string, string[]> } = {};
      try {
        answer = JSON.parse(request.responseText) as typeof answer;
      } catch {
        // An answer without a body is judged by its status.
      }
      if (request.status >= 200 && request.status < 300) resolve(answer as T);
      else reject(new ApiError(request.status, answer.title ?? request.statusText, answer.detail, answer.errors));
    };
    request.send(body);
  });
}
