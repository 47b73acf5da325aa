@administrator @cls @site
Feature: Authorization
  User and password are traded for a token that is good on one license server for a day, and for what its roles say.

  Background:
    Given a license server with 3 of "f1"

  @CM-AUTH-001 @CM-AUTH-002
  Scenario: An answer has the token and its end
    When "admin" authorizes with "Admin-2?secret"
    Then the answer holds:
      | path    | value |
      | token   | *     |
      | expires | *     |

  @CM-AUTH-003
  Scenario: A token is a JWT under HS512
    When "admin" authorizes with "Admin-2?secret"
    And the token is opened
    Then the answer holds:
      | path       | value |
      | header/alg | HS512 |
      | header/typ | JWT   |

  @CM-AUTH-004
  Scenario: A token names user, instance and times
    When "admin" authorizes with "Admin-2?secret"
    And the token is opened
    Then the answer holds:
      | path             | value |
      | claims/sub       | admin |
      | claims/iat       | *     |
      | claims/exp       | *     |
      | claims/xsrfToken | *     |
      | instance         | true  |

  @CM-AUTH-005
  Scenario: A token lives for 24 hours
    When "admin" authorizes with "Admin-2?secret"
    And the token is opened
    Then the answer holds:
      | path | value |
      | life | 86400 |
      | ends | true  |

  @CM-AUTH-006 @given-instance
  Scenario: Who is no user is refused like who has another password
    Then "producer" and "nobody" are refused alike with "Wrong-1!secret"

  @CM-AUTH-006 @given-instance
  Scenario: Who is no user waits as long as who has another password
    Then guessing takes as long for "producer" as for "nobody", to within 5 ms and 30 %

  @CM-AUTH-006 @given-instance
  Scenario: A wrong password is not repeated
    When "producer" authorizes with "Wrong-1!secret"
    Then the answer does not repeat "Wrong-1!secret"

  @CM-AUTH-007 @given-instance
  Scenario Outline: What is wrong with a body is told without the password
    When nobody sends POST "authorize":
      """
      <body>
      """
    Then the answer has status 400
    And the answer does not repeat "Producer-1!secret"

    Examples:
      | body                                                    |
      | {"user": 7, "password": "Producer-1!secret"}            |
      | {"user": "producer", "password": ["Producer-1!secret"]} |

  @CM-AUTH-007 @given-instance
  Scenario Outline: User and password are texts and both needed
    When nobody sends POST "authorize":
      """
      <body>
      """
    Then the answer has status 400

    Examples:
      | body                                |
      | {"user": "admin"}                   |
      | {"password": "Aa1!aaaa"}            |
      | {"user": 7, "password": "Aa1!aaaa"} |
      | {"user": "admin", "password": true} |

  @CM-AUTH-009
  Scenario: A token is good on its own license server only
    Given a second license server
    When the features are read with an account token that is "of the second license server"
    Then the answer has status 401

  @CM-AUTH-010 @CM-HTTP-004 @clock
  Scenario: A token that has expired is refused
    When "admin" authorizes with "Admin-2?secret"
    And 24 hours pass
    And the token sends GET "features"
    Then the answer has status 401

  @CM-AUTH-011 @given-instance
  Scenario: Tokens of one user do not end one another
    Then two tokens of one user differ and both are good

  @CM-AUTH-013 @given-instance
  Scenario: A token in a cookie is none
    When the features are read with an account token that is "in a cookie"
    Then the caller is not let in

  @CM-AUTH-015 @given-instance
  Scenario Outline: A token that was tampered with is refused
    When the features are read with an account token that is "<fault>"
    Then the answer has status 401

    Examples:
      | fault                        |
      | unsigned                     |
      | altered                      |
      | without its signature        |
      | signed with a guessed secret |
      | without roles                |

  @CM-HTTP-004 @given-instance
  Scenario: What is no token is refused
    When the features are read with an account token that is "nonsense"
    Then the answer has status 401

  @CM-ROLE-001 @CM-ROLE-002
  Scenario: The administrator's roles are one text
    When "admin" authorizes with "Admin-2?secret"
    And the token is opened
    Then the answer holds:
      | path  | value                                                  |
      | roles | ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_READ,ROLE_RESERVATIONS |

  @CM-ROLE-004 @given-instance
  Scenario: Reading needs a token
    When nobody sends GET "features"
    Then the caller is not let in

  @CM-ROLE-004
  Scenario: The administrator reads
    When the instance administrator sends GET "features"
    Then the answer has status 200

  @CM-ROLE-006 @given-instance
  Scenario: The roles of the Producer User
    When "producer" authorizes with "Producer-1!secret"
    Then the license server shows its choice of "cmapi.producer.roles"

  @CM-ROLE-007 @inferred
  Scenario: The administrator does not change settings
    When the instance administrator sends PATCH "configuration":
      """
      {"licensing.borrowInterval": "1d"}
      """
    Then the caller is not let in

  @CM-PROD-009
  Scenario: Whether the password outlives being disabled
    When the operator disables the Producer User
    And the operator enables the Producer User
    And "producer" authorizes with "Producer-1!secret"
    Then the license server shows its choice of "cmapi.producer.disabled"

  @CM-PROD-010
  Scenario: Tokens from before the password was replaced
    When "producer" authorizes with "Producer-1!secret"
    And the operator gives the Producer User the password "Another-2?secret"
    And the token sends GET "features"
    Then the license server shows its choice of "cmapi.producer.old_tokens"
