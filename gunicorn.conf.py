"""How gunicorn serves `wsgi:app`: each worker process builds its own app, so that no thread is lost in a fork."""

import sys
import threading

worker_class = "gthread"
threads = 8
timeout = 30
graceful_timeout = 20
keepalive = 5
preload_app = False
control_socket_disable = True
accesslog = None

# A webhook's thread asks for the interpreter at every step to the database, and waits for whoever is answering: at
# most this long (usually 5 ms). LINE wants its 200 soon; measured with `make load`.
sys.setswitchinterval(0.001)


def worker_exit(server: object, worker: object) -> None:
    """Finish what is in hand before the process ends."""
    app = getattr(getattr(worker, "app", None), "callable", None)
    running = getattr(app, "extensions", {}).get("annai")
    if running is not None:
        stopper = threading.Thread(target=running.stop, daemon=True)
        stopper.start()
        stopper.join(timeout=15)
