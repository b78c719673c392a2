//! Every way in which a given server can be of no use, provoked.
