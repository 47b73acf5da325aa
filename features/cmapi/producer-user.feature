@producer @cls @site
Feature: The Producer User
  The producer's one account on all license servers of a tenant. The operator enables it and gives it a password, in two
  steps, before any licensing client can work.

  Background:
    Given a license server with 3 of "f1"

  @CM-PROD-002 @CM-AUTH-008
  Scenario: The Producer User is known on every license server of the tenant
    Given a second license server
    When "producer" authorizes with "Producer-1!secret" on the second license server
    Then the answer has status 200

  @CM-PROD-006
  Scenario Outline: User names and passwords are case-sensitive
    When "<user>" authorizes with "<password>"
    Then the caller is not let in

    Examples:
      | user     | password          |
      | Producer | Producer-1!secret |
      | PRODUCER | Producer-1!secret |
      | producer | producer-1!secret |
      | producer | PRODUCER-1!SECRET |

  @CM-PROD-007
  Scenario: Without a password the Producer User does not authorize
    When the operator disables the Producer User
    And the operator enables the Producer User
    And the operator looks at the Producer User
    Then the answer holds:
      | path  | value               |
      | state | ENABLED_NO_PASSWORD |

  @CM-PROD-007 @CM-PROD-008
  Scenario: A disabled Producer User does not authorize
    When the operator disables the Producer User
    And "producer" authorizes with "Producer-1!secret"
    Then the answer has status 401

  @CM-PROD-008
  Scenario: A replaced password stops working at once
    When the operator gives the Producer User the password "Another-2?secret"
    And "producer" authorizes with "Producer-1!secret"
    Then the answer has status 401

  @CM-PROD-008
  Scenario: A new password works at once
    When the operator gives the Producer User the password "Another-2?secret"
    And "producer" authorizes with "Another-2?secret"
    Then the answer has status 200

  @CM-PROD-011
  Scenario: The operator sees that the Producer User is enabled
    When the operator looks at the Producer User
    Then the answer holds:
      | path  | value   |
      | state | ENABLED |

  @CM-ADM-001 @CM-AUTH-008
  Scenario: Each license server has an administrator of its own
    Given a second license server
    When "admin" authorizes with "Admin-2?secret" on the second license server
    Then the caller is not let in

  @CM-ADM-002
  Scenario: An administrator without a password does not authorize
    When a license server is made without a password for its administrator
    And "admin" authorizes with "" on the second license server
    Then the caller is not let in
