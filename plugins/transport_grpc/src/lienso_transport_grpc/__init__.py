"""gRPC transport and client API."""

import os

# grpc speaks TLS 1.2 too and has no option against it, but reads this list when it is imported: with
# a cipher that needs a key shared beforehand, which nobody has, no handshake of TLS 1.2 succeeds.
# `server.py` also refuses every call that came over less than 1.3, so that nothing hangs on the order
# of imports alone. TLS 1.3 has its own ciphers and does not look at this.
os.environ.setdefault("GRPC_SSL_CIPHER_SUITES", "ECDHE-PSK-AES128-CBC-SHA")
