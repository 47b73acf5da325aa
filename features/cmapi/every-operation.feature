@producer @cls @site @given-instance
Feature: Every operation of a license server
  No operation is forgotten: each is closed to strangers and to client applications that it is not for, and none answers
  for an instance that does not exist.

  Background:
    Given a license server with 3 of "f1"

  @CM-HTTP-004
  Scenario Outline: A stranger is kept from <method> <path>
    When nobody sends <method> "<path>"
    Then the caller is not let in

    Examples:
      | method | path                |
      | POST   | rest_licensing_keys |
      | GET    | features/summaries  |
      | GET    | features/1          |
      | GET    | features/1/clients  |
      | GET    | clients             |
      | GET    | configuration       |
      | GET    | reservationgroups   |
      | DELETE | reservationgroups/1 |
      | GET    | hostids             |

  @CM-HTTP-004
  Scenario Outline: A stranger is kept from what takes a body, too
    When nobody sends POST "<path>":
      """
      <body>
      """
    Then the caller is not let in

    Examples:
      | path              | body                                                           |
      | preview_request   | {"hostId": {"type": "string", "value": "A"}, "features": []} |
      | reservationgroups | {"name": "support", "reservations": []}                       |

  @CM-JWT-011
  Scenario Outline: A client application is kept from <method> <path>
    When <method> "<path>" is sent with a JWT that is "right"
    Then the caller is not let in

    Examples:
      | method | path                |
      | GET    | features/summaries  |
      | GET    | features/1          |
      | GET    | features/1/clients  |
      | GET    | clients             |
      | GET    | configuration       |
      | GET    | reservationgroups   |
      | POST   | reservationgroups   |
      | DELETE | reservationgroups/1 |
      | GET    | hostids             |

  @CM-JWT-002
  Scenario: A preview needs the role of a client application
    When POST "preview_request" is sent with a JWT that is "without roles"
    Then the caller is not let in

  @CM-URL-005
  Scenario Outline: <method> <path> finds no instance where there is none
    When <method> "<path>" is sent to an instance that does not exist
    Then the answer has status 404

    Examples:
      | method | path                |
      | POST   | rest_licensing_keys |
      | DELETE | rest_licensing_keys |
      | POST   | access_request      |
      | POST   | preview_request     |
      | GET    | features/summaries  |
      | GET    | features/1          |
      | GET    | features/1/clients  |
      | GET    | clients             |
      | GET    | configuration       |
      | GET    | reservationgroups   |
      | POST   | reservationgroups   |
      | DELETE | reservationgroups/1 |
      | GET    | health              |
      | GET    | hostids             |

  @CM-HTTP-006
  Scenario: A preview without a host is refused
    When the client sends POST "preview_request":
      """
      {"features": []}
      """
    Then the answer has status 400

  @CM-HTTP-006
  Scenario Outline: What <who> sends to <path> is JSON
    When <who> sends to "<path>" as "text/plain":
      """
      {}
      """
    Then the answer has status 415

    Examples:
      | who               | path              |
      | the client        | preview_request   |
      | the client        | authorize         |
      | the Producer User | reservationgroups |
